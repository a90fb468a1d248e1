//! Is this short text a person's name?

use crate::text::is_han;

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝";
const COMPOUND: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "南宫",
    "西门",
];
/// Words that begin like a name and stand where a name may stand.
const WORDS: &[&str] = &[
    "谢谢",
    "方便",
    "高兴",
    "安全",
    "包装",
    "包邮",
    "易碎",
    "成功",
    "任何",
    "万一",
    "时候",
    "时间",
    "和平",
    "明天",
    "明日",
    "白天",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "周末",
    "周内",
    "夏天",
    "单元",
    "金额",
    "钱包",
    "常用",
    "全部",
    "温馨",
    "成都",
    "江苏",
    "石家庄",
    "应该",
    "连接",
    "查询",
    "查一下",
    "解决",
    "关于",
    "商品",
    "商家",
    "简单",
    "文件",
    "路上",
    "向你",
    "于是",
    "安排",
    "和我",
    "司机",
    "农村",
    "项目",
    "管理",
    "路口",
    "车库",
    "房间",
    "华为",
    "何时",
    "何况",
    "单号",
    "解释",
    "米饭",
    "常温",
    "古镇",
    "路边",
    "金山",
    "白色",
    "黄色",
    "金色",
    "白云",
    "项链",
    "费用",
    "高级",
    "高层",
    "江边",
    "明显",
    "时效",
    "游戏",
    "万分",
    "严重",
    "和谐",
    "许可",
];

/// 张三, 欧阳小明, 李女士, 王先生.
pub(super) fn is_chinese(text: &str) -> bool {
    let text = ["先生", "女士", "小姐", "老师", "同学", "经理"]
        .iter()
        .find_map(|s| text.strip_suffix(s))
        .map_or_else(|| (text, false), |stem| (stem, true));
    let (name, titled) = text;
    let chars = name.chars().count();
    if name.is_empty() || !name.chars().all(|c| is_han(c) || c == '·') || WORDS.iter().any(|w| name.starts_with(w)) {
        return false;
    }
    if COMPOUND.iter().any(|s| name.starts_with(s)) {
        return (3..=4).contains(&chars) || titled && chars == 2;
    }
    let surname = name.chars().next().is_some_and(|c| SURNAMES.contains(c));
    // Names of minorities: 买买提·艾力.
    if name.contains('·') {
        return (4..=12).contains(&chars);
    }
    surname && ((2..=3).contains(&chars) || titled && chars <= 3)
}

/// John Smith, Mary-Jane O'Neil, J. R. Smith, LI WEI.
pub(super) fn is_western(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    (2..=4).contains(&words.len())
        && text.len() <= 48
        && words.iter().all(|w| {
            w.chars().next().is_some_and(char::is_uppercase)
                && w.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '-' | '’'))
        })
        && !words.iter().any(|w| {
            matches!(
                w.to_ascii_lowercase().as_str(),
                "hi" | "hello"
                    | "dear"
                    | "thanks"
                    | "thank"
                    | "please"
                    | "the"
                    | "my"
                    | "new"
                    | "address"
                    | "order"
                    | "i"
                    | "is"
                    | "to"
                    | "name"
                    | "phone"
                    | "street"
                    | "road"
                    | "avenue"
                    | "city"
                    | "china"
            )
        })
}
