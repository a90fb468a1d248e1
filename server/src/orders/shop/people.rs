//! The demo shop's customers, with where they live. All names, streets and numbers are invented; phone numbers and
//! e-mail addresses come from ranges that are reserved for examples or not assigned.

use crate::orders::wire::{Address, Bilingual};

/// What the seed gives a customer: a story that the demo shows, a random history, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    Xiaoyu,
    Hao,
    Emma,
    James,
    Random,
    None,
}

pub struct Person {
    pub name: &'static str,
    pub language: &'static str,
    pub tier: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
    /// country, province, city, district, street, postcode
    home: [&'static str; 6],
    /// The city's names on the parcel's way.
    city: [&'static str; 2],
    pub history: History,
}

impl Person {
    pub fn address(&self) -> Address {
        let [country, province, city, district, street, postcode] = self.home.map(str::to_owned);
        Address {
            recipient: self.name.to_owned(),
            phone: self.phone.to_owned(),
            country,
            province,
            city,
            district,
            street,
            postcode,
        }
    }

    pub fn city(&self) -> Bilingual {
        Bilingual::new(self.city[0], self.city[1])
    }

    pub fn is_domestic(&self) -> bool {
        self.home[0] == "CN"
    }
}

macro_rules! people {
    ($($name:literal $language:literal $tier:literal $email:literal $phone:literal $home:expr, $city:expr, $history:ident;)*) => {
        &[$(Person { name: $name, language: $language, tier: $tier, email: $email, phone: $phone, home: $home,
            city: $city, history: History::$history }),*]
    };
}

/// The first four carry the demo's stories; the rest make the shop look lived in.
#[rustfmt::skip]
pub const PEOPLE: &[Person] = people![
    "林晓雨" "zh" "gold" "xiaoyu.lin@example.com" "+86 199 0000 0101"
        ["CN", "浙江省", "杭州市", "西湖区", "青荷路18号3幢502室", "310012"], ["杭州", "Hangzhou"], Xiaoyu;
    "陈浩" "zh" "standard" "hao.chen@example.com" "+86 199 0000 0102"
        ["CN", "广东省", "深圳市", "南山区", "望潮街66号云帆大厦B座1907", "518052"], ["深圳", "Shenzhen"], Hao;
    "Emma Wilson" "en" "silver" "emma.wilson@example.com" "+1 503 555 0143"
        ["US", "Oregon", "Portland", "", "1482 Maple Hollow Lane, Apt 5", "97205"], ["波特兰", "Portland, OR"], Emma;
    "James Carter" "en" "vip" "james.carter@example.com" "+44 161 496 0187"
        ["GB", "Greater Manchester", "Manchester", "", "27 Larkfield Terrace", "M14 5QX"], ["曼彻斯特", "Manchester"], James;
    "王思琪" "zh" "silver" "siqi.wang@example.com" "+86 199 0000 0105"
        ["CN", "上海市", "上海市", "浦东新区", "银杏支路208弄11号601室", "200120"], ["上海", "Shanghai"], Random;
    "赵建国" "zh" "standard" "jianguo.zhao@example.com" "+86 199 0000 0106"
        ["CN", "北京市", "北京市", "朝阳区", "柳荫北街9号院2号楼1单元804", "100026"], ["北京", "Beijing"], Random;
    "周雅婷" "zh" "vip" "yating.zhou@example.com" "+86 199 0000 0107"
        ["CN", "四川省", "成都市", "武侯区", "锦鲤巷15号5栋1203", "610041"], ["成都", "Chengdu"], Random;
    "吴子轩" "zh" "silver" "zixuan.wu@example.com" "+86 199 0000 0108"
        ["CN", "湖北省", "武汉市", "洪山区", "东林大道330号翠湖苑7栋2单元301", "430070"], ["武汉", "Wuhan"], Random;
    "黄丽华" "zh" "gold" "lihua.huang@example.com" "+86 199 0000 0109"
        ["CN", "福建省", "厦门市", "思明区", "鹭影路72号之二1504", "361004"], ["厦门", "Xiamen"], Random;
    "孙一鸣" "zh" "standard" "yiming.sun@example.com" "+86 199 0000 0110"
        ["CN", "陕西省", "西安市", "雁塔区", "长风三路21号9幢1102", "710061"], ["西安", "Xi'an"], None;
    "马晓东" "zh" "standard" "xiaodong.ma@example.com" "+86 199 0000 0111"
        ["CN", "辽宁省", "沈阳市", "和平区", "松塔街5号3单元602", "110001"], ["沈阳", "Shenyang"], Random;
    "Olivia Bennett" "en" "standard" "olivia.bennett@example.com" "+1 617 555 0112"
        ["US", "Massachusetts", "Boston", "", "90 Quarry Pond Road", "02130"], ["波士顿", "Boston, MA"], Random;
    "Liam Foster" "en" "gold" "liam.foster@example.com" "+1 416 555 0163"
        ["CA", "Ontario", "Toronto", "", "311 Birchmount Crescent, Unit 12", "M5V 2T6"], ["多伦多", "Toronto"], Random;
    "Sophie Marlow" "en" "standard" "sophie.marlow@example.com" "+44 20 7946 0135"
        ["GB", "Greater London", "London", "Camden", "8 Thistledown Mews", "NW1 7ZZ"], ["伦敦", "London"], Random;
    "Noah Hughes" "en" "silver" "noah.hughes@example.com" "+61 3 5550 1946"
        ["AU", "Victoria", "Melbourne", "", "54 Wattle Bend Street", "3056"], ["墨尔本", "Melbourne"], Random;
    "Ella Novak" "en" "vip" "ella.novak@example.com" "+1 512 555 0177"
        ["US", "Texas", "Austin", "", "7205 Cedar Lantern Drive", "78745"], ["奥斯汀", "Austin, TX"], Random;
    "Grace Holloway" "en" "standard" "grace.holloway@example.com" "+1 206 555 0128"
        ["US", "Washington", "Seattle", "", "16 Fernbank Court", "98115"], ["西雅图", "Seattle, WA"], None;
];
