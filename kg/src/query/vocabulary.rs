//! The words that questions are built with: what is left of a question without them and without what it names is
//! something that the graph does not know.

use std::collections::HashSet;
use std::sync::LazyLock;

static ENGLISH: LazyLock<HashSet<&'static str>> = LazyLock::new(|| EN.split_whitespace().collect());
static CHINESE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| ZH.split_whitespace().collect());
const LONGEST_ZH: usize = 5;

/// `word` in lower case, without apostrophes.
pub(crate) fn is_frame(word: &str) -> bool {
    ENGLISH.contains(word)
}

/// English words of questions, for correcting slips.
pub(crate) fn english() -> impl Iterator<Item = &'static str> {
    EN.split_whitespace()
}

/// What a run of Chinese characters says beyond these words: longest words first, from left to right.
pub(crate) fn beyond(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut rest = String::new();
    let mut at = 0;
    while at < letters.len() {
        let longest = LONGEST_ZH.min(letters.len() - at);
        let known = (1..=longest).rev().find(|length| {
            let word: String = letters[at..at + length].iter().collect();
            CHINESE.contains(word.as_str())
        });
        match known {
            Some(length) => at += length,
            None => {
                rest.push(letters[at]);
                at += 1;
            }
        }
    }
    rest
}

const EN: &str = "
a an the this that these those my your our his her their its it i you we they he she me us them one ones mine yours myself
is are was were am be been being do does did done doing has have had having can could will would shall should may might must
s t re ve ll d m im ive id thats theres heres
not no dont doesnt didnt isnt arent wasnt werent cant cannot wont wouldnt couldnt havent hasnt without never none nothing
and or but so if because than then as also too either neither both whether while though
of in on at to for from with by about into onto over under below above between within after before since until till up out
off down through via per against among except once
what which who whose whom when where why how whats whos wheres hows whys
here there now currently right today still yet already just only even ever really actually exactly please thanks thank hi hello
hey ok okay sorry
any some all every everything anything something each several many much more most less least few fewer lot lots other others
another else same different total altogether
want wants wanted wanting need needs needed like look looks looking know tell told tells wonder wondering question ask asking asked
help find see show shows list lists give gives get gets got getting take takes took taken taking buy buys bought buying purchase
purchased order ordered orders sell sells sold selling carry carries offer offers offering stock stocked make makes made making
use uses used using work works working come comes coming came run runs go goes going went keep keeps say says said mean means
meant meaning explain called call think thinking possible able allowed let start happen happens happened become put try
wear wears wearing receive received arrive arrived arrives arriving reach reaches change mind care matter
thing things item items product products goods kind kinds type types sort sorts model models version versions option options
range shop store company guys people's
support supports supported supporting feature features featured include includes included including contain contains offer
long longer longest lasting last lasts short shorter shortest big bigger biggest large larger largest small smaller smallest
cheap cheaper cheapest expensive pricey pricier priciest affordable light lighter lightest heavy heavier heaviest quiet quieter
quietest loud louder loudest high higher highest low lower lowest fast faster fastest slow slower slowest good better best
strong stronger strongest great new newer newest old older oldest latest thin thinner thinnest wide wider tall taller deep
weigh weighs weight size sizes
day days hour hours minute minutes week weeks month months year years time times ago later late early
number numbers count amount maximum minimum one two three four five six seven eight nine ten eleven twelve hundred thousand
yuan rmb cny money price prices priced pricing cost costs costing much budget
return returns returned returning returnable refund refunds refunded refundable refunding send sends sent sending back exchange
exchanged exchanges swap swapped replace replaced replacement
warranty warranties guarantee guaranteed guarantees cover covers covered coverage repair repairs repaired fix fixed
free charge charged pay pays paid paying fee fees postage cost shipping
protection match guarantee drop drops dropped fall falls fell difference differences compare compared comparison versus vs
available availability left remaining
ship ships shipped deliver delivers delivered delivery deliveries dispatch dispatched parcel parcels package courier couriers
carrier carriers warehouse warehouses logistics
brand brands maker makers manufacturer manufacturers produced produce
successor successors replaced replaces predecessor generation upgrade fit fits fitting compatible suit suits suitable go
next follow follows following step steps process state status stage
suggest recommend recommended recommendation
required require requires bag pack packet box publish publishes published publisher period policy policies rule rules during quick quickly soon fast term terms possible usually normally exactly currently ones
son daughter wife husband mother father mum mom dad kid kids child children family friend
half few couple bit
";

const ZH: &str = "
的 了 吗 呢 么 啊 吧 呀 哦 嘛 哈 啦 噢 诶 哎 唉 呗 喔 嗯 着 过 得 地 啥 咋 没 不 无 有 是 能 会 要 想 可 就 还 再 都 也 只 又 才 更 最 很 太 挺 比较 稍微
我 你 您 他 她 它 们 我们 你们 您们 咱们 他们 自己 人家 家 你家 你们家 咱家 店 店里 本店 商城 亲 客服
这 那 哪 这个 那个 哪个 这款 那款 哪款 这些 那些 哪些 这种 那种 哪种 哪几 哪家 哪里 哪儿 这里 那里 谁 几 多少 多 怎么 怎样 怎么样 如何 为什么 为啥
为何 凭什么 凭啥 什么 什么样 什么时候 何时 多久 多长 多长时间 多大 多重 多高 多远 多快 几点 几时 几年 几天 几个 几款 几种 几台 几件 几家 几只 几样 几点几
请 请问 问 问下 想问 一下 帮 帮我 麻烦 看 看看 看下 查 查下 查查 说 说说 告诉 知道 介绍 讲 解释 推荐 建议 列出 列 找
和 跟 与 或 或者 还是 以及 同 及 而 但 但是 不过 如果 要是 假如 的话 因为 所以 虽然 即使 既 而且 然后 之后 以后 之前 以前 后 前 时 时候 期间
在 从 到 往 由 自 给 把 被 让 对 对于 关于 按 用 以 为 向 于 里 里面 内 中 之中 当中 上 外 间 之间 左右 上下 以上 以下 以内 以外 之内 之下 超过 高于 低于
不到 不超过 不高于 大于 小于 多于 少于 至少 最多 最少
能不能 可不可以 可以 可以不 能够 是不是 有没有 有无 会不会 要不要 行不行 行 行吗 好不好 管不管 支不支持 支持 支持不支持 具备 带 带有 拥有 含 含有 包含 包括 附带 自带
需要 必须 应该 得 需 是否 能否 可否 有 没有 没 没了 不能 不可以 不行 不会 不是 不带 不支持 不含 不用 无法 不要 不想 不想要 不喜欢 喜欢 算 属于 叫 叫做 称为
款 种 台 个 件 只 条 双 副 部 本 张 样 套 间 号 型 款式 型号 版 版本 类 类型 品种 系列 产品 商品 东西 货 物品 单品 宝贝
一 二 三 四 五 六 七 八 九 十 两 百 千 万 半 第一 第二 第三 一个 一款 一台 一共 总共 共 全部 所有 全 整个 每 每个 各 各个 分别 都有 都是 有的 其他 其它 别的 另外 另 还有
大 小 高 低 长 短 快 慢 轻 重 贵 便宜 新 旧 好 强 远 近 久 大一点 小一点 厚 薄 宽 亮 大些 更大 更小 更轻 更重 更快 更好 最好 更久 更长 最长 最久 最大 最小 最高 最低 最轻 最重 最快
最贵 最便宜 一点 一些 点 些 多一点 实惠 划算
天 年 月 日 小时 分钟 个月 星期 周 礼拜 时间 日子 今天 现在 目前 当前 已经 刚 刚刚 一直 还没 尚未 早 晚 久 块 元 块钱 钱 人民币 预算 价 价格 价钱 价位 售价
多少钱 报价 花 卖 出 做 做的 生产 买 购买 买了 买的 购 下单 入手 拍 拍下 订单 订 单 收 收到 收货 签收 到手 到货 拿到 到家 回家 家里 下来 起来 出来 上来
退 退货 退换 退款 退掉 退回 退还 退换货 换 换货 换新 赔 赔付 理赔 无理由 返 返还 补 补差 差价 价保 保价 降价 降 跌 便宜了 情况 哪些情况 条件 规定 政策 规则 要求
保 保修 质保 保修期 维修 修 三包 包修 售后 管 负责 免费 收费 付费 费用 运费 邮费 快递费 邮 包邮 承担 付 出钱 掏 免
有货 现货 缺货 库存 断货 没货 补货 剩 剩余 剩下 还剩 卖完 售罄 存货
发货 发 寄 寄到 寄往 邮寄 配送 送 送到 送货 送达 发往 发出 运 运到 快递 物流 承运 到达 达 派送 仓 仓库 仓储 走
比 相比 对比 区别 差别 不一样 不同 差 差多少 一样 相同 哪个好 优势 优缺点
牌子 品牌 厂家 厂商 制造商 公司 谁家 新款 下一代 新一代 上一代 老款 升级款 升级 换代 继任 后继 后续 代
适合 适用 适配 配 配套 兼容 搭配 匹配
意思 含义 什么意思 下一步 接下来 步骤 流程 状态 环节 阶段 申请 办理 操作
没电 等 等多久 试穿 试 合作 品牌 声音 面积 想问下 问一下 想知道 想了解 了解 清楚 确认 咨询 咨询下 求 求推荐 你好 您好 谢谢 在吗 那边 这边 最近 次 袋 包 盒 瓶 箱 罐 支 粒 片 枚 颗 房间 开箱 发现 扛 撑 吃 喝 已 怎么办 办 办法 写 穿着 戴着 拿来 用来 下去 回来 过来 进 放 放进 加 连 一起 送人 礼物 出门 到时 一次 点吗 是多 选 挑 想找 有啥 都啥 啥时候 多少个 哪一款 哪一个 这样的 那样的
孩子 小孩 宝宝 儿子 女儿 老婆 老公 爸妈 妈妈 爸爸 父母 老人 朋友 家人 自用
斤 公斤 克 升 坐 听 装 戴 穿 佩戴 口 师傅 快递员 账号 账户 早上 晚上 上午 下午 中午 夜里 白天 够 够用 坏 坏的 使用 用的 打 打开 里头 真的 到底 究竟 大概 大约 差不多 那么 这么 这样 那样 一般 通常 平时 正常 比如 例如 例 方面 功能 性能 参数 规格 配置 详情 特点
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_left() {
        for (text, rest) in [
            ("保修多久", ""),
            ("请问能退吗", ""),
            ("音质怎么样", "音质"),
            ("有学生优惠吗", "学生优惠"),
            ("用顺丰发货吗", "顺丰"),
            ("", ""),
        ] {
            assert_eq!(beyond(text), rest, "{text}");
        }
        assert!(is_frame("warranty") && !is_frame("jack"));
    }
}
