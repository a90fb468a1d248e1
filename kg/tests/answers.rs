//! Questions over the demo shop's graph, in both languages: what must be in the answer, and what the graph does not know.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::LazyLock;
use std::time::Instant;

use kg::query::{Topic, answer};
use kg::{Graph, GraphAnswer, Language, load_dir};

static GRAPH: LazyLock<Graph> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    Graph::new(load_dir(&dir).unwrap_or_else(|error| panic!("{error}"))).unwrap()
});

fn language(text: &str) -> Language {
    if text.chars().any(|c| c as u32 > 0x2e80) { Language::Zh } else { Language::En }
}

fn ask(topic: Topic, text: &str) -> Option<GraphAnswer> {
    answer(&GRAPH, topic, text, &GRAPH.link(text), language(text))
}

/// Each fact must be in the text or the path; one that starts with `!` must not.
fn check(cases: &[(Topic, &str, &[&str])]) {
    let mut wrong = Vec::new();
    for (topic, text, facts) in cases {
        let Some(got) = ask(*topic, text) else {
            wrong.push(format!("{text}\n    no answer"));
            continue;
        };
        if std::env::args().any(|a| a == "--nocapture") {
            println!("{text}\n    {}\n    [{}]", got.text, got.title);
        }
        let all = format!("{}\n{}", got.text, got.title);
        for fact in *facts {
            let ok = fact.strip_prefix('!').map_or_else(|| all.contains(fact), |absent| !all.contains(absent));
            if !ok {
                wrong.push(format!("{text}\n    {}\n    [{}]\n    expected {fact}", got.text, got.title));
            }
        }
        assert!(!got.text.contains('{') && !got.text.contains("  "), "{}", got.text);
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn returns() {
    use Topic::Return as R;
    check(&[
        (R, "M2 耳机能七天无理由退货吗？", &["可以", "7 天", "M2 耳机 → 耳机", "七天无理由退货"]),
        (
            R,
            "Can I return the M2 headphones within 7 days?",
            &["Yes", "the M2 Headphones", "7 days", "M2 Headphones → Headphones"],
        ),
        (R, "m2耳机拆封了还能退吗", &["可以", "拆封查看不影响"]),
        (R, "M2 耳机买了15天还能退吗", &["7 天", "不能退货"]),
        (R, "I got the M2 headphones 3 weeks ago, can I still send them back?", &["7 days", "not possible"]),
        (R, "M2 耳机坏了，收到10天了能退吗", &["15 天", "质量问题退换"]),
        (R, "内衣能退吗", &["抱歉", "贴身衣物不退", "卫生"]),
        (R, "Can I return underwear?", &["Sorry", "hygiene", "No returns of underwear"]),
        (R, "纯棉内裤可以退货吗", &["抱歉", "贴暖 纯棉内裤三条装 → 内衣袜子 → 贴身衣物不退"]),
        (R, "文胸有质量问题能退吗", &["可以", "15 天"]),
        (R, "保暖内衣可以退吗", &["可以", "吊牌", "!贴身衣物不退"]),
        (R, "Can I return the thermal set?", &["Yes", "tags", "!hygiene"]),
        (R, "口红拆封了能退吗", &["抱歉", "拆封不退"]),
        (R, "lipstick 07 opened, can it be returned?", &["Sorry", "opened"]),
        (R, "防晒霜没拆封可以退吗", &["可以", "未拆封"]),
        (R, "化妆品能退吗", &["要看商品状态", "未拆封"]),
        (R, "E1刻字版能退吗", &["抱歉", "定制商品不退"]),
        (R, "M2 耳机刻字以后能退吗", &["抱歉", "刻字商品不退"]),
        (R, "Can custom sofas be returned?", &["Sorry", "made-to-order", "!Yes"]),
        (R, "樱桃可以退吗", &["抱歉", "生鲜"]),
        (R, "车厘子烂了怎么办能退吗", &["48 小时", "生鲜坏果包赔"]),
        (R, "Cloudnote Pro is activated, can I get a refund?", &["Sorry", "activated"]),
        (R, "云笺Pro没激活能退吗", &["可以", "未激活"]),
        (R, "gift card refund possible?", &["Sorry", "Gift cards cannot be refunded"]),
        (R, "冰箱装好了还能退吗", &["抱歉", "已安装不退"]),
        (R, "Can I return the oak desk if it is already assembled?", &["Sorry", "assembled"]),
        (R, "羊绒衫洗过了能退吗", &["抱歉", "洗"]),
        (R, "衬衫吊牌剪了能退吗", &["抱歉", "吊牌"]),
        (R, "I dropped my X1 phone, can I return it?", &["Sorry", "No returns of damaged goods"]),
        (R, "手机可以退货吗", &["可以的，手机支持退货", "手机 → 数码电子"]),
        (R, "纸尿裤拆开了能退吗", &["抱歉"]),
    ]);
}

#[test]
fn warranties() {
    use Topic::Warranty as W;
    check(&[
        (W, "M2 耳机保修多久？", &["2 年", "M2 耳机 → 青屿 → 青屿两年保修"]),
        (W, "How long is the warranty on the M3?", &["2 years", "the M3 Headphones"]),
        (W, "骨传导耳机保修几年", &["1 年", "数码商品保修"]),
        (W, "充电宝保修多长时间", &["6 个月"]),
        (W, "J16 warranty?", &["3 years", "on-site"]),
        (W, "冰箱保修几年", &["3 年", "10 年"]),
        (W, "What is the warranty on the mattress?", &["10 years"]),
        (W, "跑鞋保修吗", &["3 个月"]),
        (W, "M2 耳机进水了保修吗", &["抱歉", "人为损坏"]),
        (W, "I cracked the screen of my X1, is that covered?", &["Sorry", "not covered"]),
        (W, "M2 用了三年还保修吗", &["2 年", "不再免费"]),
        (W, "牛肉干有保修吗", &["抱歉", "不设保修"]),
        (W, "青屿的商品保修多久", &["2 年"]),
    ]);
}

#[test]
fn prices_and_stock() {
    use Topic::{Price as P, Stock as S};
    check(&[
        (P, "M2 耳机多少钱", &["¥299.00"]),
        (P, "How much are the M2 headphones?", &["The price of the M2 Headphones is ¥299.00."]),
        (P, "M2 和 M3 多少钱", &["¥299.00", "¥499.00"]),
        (P, "星桥 X1 多少钱", &["256GB ¥1999.00", "512GB ¥2299.00"]),
        (P, "X1 512GB price", &["¥2299.00", "!1999"]),
        (P, "耳机什么价位", &["5 款", "¥199.00", "¥499.00"]),
        (P, "how much is the book of tides", &["The price of The Book of Tides is ¥45.00"]),
        (S, "M2 有货吗", &["有货", "77 件", "杭州仓 40 件"]),
        (S, "Is the M3 in stock?", &["Yes", "53", "28 at the Hangzhou warehouse", "!Chengdu"]),
        (S, "成都有M3吗", &["成都仓暂时没有", "杭州仓"]),
        (S, "广州仓有M2吗", &["25 件"]),
        (S, "月饼还有吗", &["缺货"]),
        (S, "Are mooncakes available?", &["out of stock"]),
        (S, "X1 Pro 512GB 有货吗", &["22 件"]),
    ]);
}

#[test]
fn shipping() {
    use Topic::Shipping as S;
    check(&[
        (S, "M2 耳机寄到成都要几天", &["成都仓", "1 天", "M2 耳机 → 成都仓 → 成都"]),
        (S, "How long does delivery of the M3 to Shenzhen take?", &["Guangzhou warehouse", "1 to 2 days"]),
        (S, "M2 寄到拉萨多久", &["5–8 天", "偏远地区"]),
        (S, "M2 从哪里发货", &["杭州仓、成都仓、广州仓"]),
        (S, "M2 从成都发货吗", &["是的"]),
        (S, "Does the M3 ship from Chengdu?", &["No", "Hangzhou"]),
        (S, "寄到北京要多久", &["天津仓", "1–2 天"]),
        (S, "Can you ship to the USA?", &["Abroad", "7 to 15 days"]),
        (S, "M2 能寄到香港吗", &["锂电池", "港澳台"]),
        (S, "云笺Pro怎么发货", &["10 分钟"]),
        (S, "三人沙发送到武汉要几天", &["武汉仓", "1 天", "预约"]),
        (S, "月饼什么时候发货", &["缺货"]),
        (S, "定制沙发多久发货", &["30 天", "!告诉我"]),
    ]);
}

#[test]
fn attributes_and_comparisons() {
    use Topic::{Compare as C, Spec as S};
    check(&[
        (S, "M2 防水吗", &["IPX4"]),
        (S, "Can I swim with the M3?", &["IPX7"]),
        (S, "M2耳机续航多久", &["30 小时"]),
        (S, "How heavy is the sofa-like W3 watch?", &["46 g"]),
        (S, "how heavy is the oak desk", &["28 kg"]),
        (S, "E1 支持降噪吗", &["不支持主动降噪"]),
        (
            S,
            "Do the M2 headphones have noise cancelling?",
            &["Yes, active noise cancelling is built into the M2 Headphones."],
        ),
        (S, "M3 有哪些颜色", &["雾蓝"]),
        (S, "保温杯能保温多久", &["12 小时"]),
        (S, "洗衣机吵吗，能效几级", &["52 分贝", "48 分贝", "一级"]),
        (S, "龙井的产地是哪里", &["浙江杭州"]),
        (S, "Is the air fryer dishwasher safe?", &["Yes"]),
        (S, "坚果有什么过敏原", &["花生"]),
        (S, "who wrote three meals a day", &["Zhou Xiaoman"]),
        (S, "M2怎么样", &["¥299.00"]),
        (S, "介绍一下M2 耳机", &["¥299.00", "30 小时"]),
        (S, "耳机哪款防水", &["M2 耳机 IPX4", "M3 耳机 IPX7"]),
        (C, "M2 和 M3 哪个防水", &["M3 耳机更有优势", "IPX4", "IPX7"]),
        (C, "Which is more waterproof, the M2 or the M3?", &["the better choice is the M3 Headphones", "IPX4"]),
        (C, "M2 和 M3 哪个轻", &["218", "235"]),
        (C, "M2 和 M3 哪个更便宜", &["M2 耳机更便宜", "¥499.00"]),
        (C, "compare the M2 with the M2 Pro", &["¥299.00 / ¥399.00"]),
        (C, "X1 和 X1 Pro 有什么区别", &["¥1999.00 / ¥2999.00"]),
        (C, "M2和新款比哪个好", &["M3 耳机"]),
        (C, "X1 or X1 Lite: which has NFC?", &["Only the Starbridge X1 Phone offers NFC"]),
    ]);
}

#[test]
fn lists_and_explanations() {
    use Topic::{Explain as E, List as L};
    check(&[
        (L, "2000元以下的手机有哪些", &["3 款", "老人手机", "¥1999.00", "!¥2999.00"]),
        (L, "headphones under ¥500", &["M2 Headphones", "up to ¥500.00"]),
        (L, "which phones under ¥2000 ship from Chengdu?", &["Starbridge X1 Phone", "Easy Senior Phone", "!X1 Pro"]),
        (L, "从成都发货的手机", &["从成都发货", "!X1 Pro"]),
        (L, "最便宜的耳机是哪款", &["E1 真无线耳塞", "¥199.00"]),
        (L, "the most expensive laptop", &["J16", "¥7999.00"]),
        (L, "推荐一款续航长的耳机", &["M3 耳机"]),
        (L, "支持降噪的耳机", &["M2 耳机", "!骨传导"]),
        (L, "headphones without noise cancelling", &["E1", "!M2 Headphones"]),
        (L, "500元以下的手表", &["W3 轻巧版"]),
        (L, "100元以下的手机", &["没有", "老人手机"]),
        (L, "白色的耳机", &["M2 耳机", "!Pro"]),
        (L, "朝暮有哪些冰箱", &["2 款", "¥1499.00"]),
        (L, "how many tablets do you have", &["2"]),
        (E, "已揽收是什么意思", &["快递员已从仓库取走包裹"]),
        (E, "What does out for delivery mean?", &["on the way to you"]),
        (E, "价保怎么申请", &["30 天", "1. "]),
        (E, "樱桃有价保吗", &["不参加价格保护"]),
        (E, "稳达大件是什么快递", &["送货上楼"]),
    ]);
}

#[test]
fn does_not_know() {
    use Topic::*;
    for (topic, text) in [
        (Return, "可以退货吗"),
        (Return, "Can I return it?"),
        (Return, "iPhone 能退吗"),
        (Return, "M20X 能退吗"),
        (Warranty, "AirPods 保修多久"),
        (Warranty, "How long is the warranty?"),
        (Warranty, "礼品卡保修吗"),
        (Price, "iPad 多少钱"),
        (Price, "how much is it"),
        (Price, "运费多少"),
        (Stock, "PS5 有货吗"),
        (Stock, "云笺Pro有货吗"),
        (Spec, "M2 保质期多久"),
        (Spec, "M2 能连 PS5 吗"),
        (Spec, "Does the M2 work with Zoom?"),
        (Spec, "M2 是谁设计的"),
        (Spec, "牛肉干防水吗"),
        (Spec, "M2 音质怎么样"),
        (Compare, "M2 和 AirPods 哪个好"),
        (Compare, "M2 or Sony, which is better?"),
        (Compare, "M2 和枕头哪个防水"),
        (List, "有什么推荐的"),
        (List, "相机有哪些"),
        (List, "cameras under ¥500"),
        (Shipping, "几天能到"),
        (Shipping, "when will it arrive"),
        (Explain, "什么是区块链"),
        (Explain, ""),
    ] {
        let got = ask(topic, text);
        assert!(got.is_none(), "{text}: {got:?}");
    }
}

#[test]
fn asks_back_when_a_name_fits_several() {
    let got = ask(Topic::Stock, "耳机有货吗").unwrap();
    assert!(got.choices.len() > 2 && got.text.contains("哪一款"), "{got:?}");
    let got = ask(Topic::Stock, "Are the Qingyu headphones in stock?").unwrap();
    assert!(
        got.choices
            .iter()
            .all(|choice| choice.title.contains("M2") || choice.title.contains("M3") || choice.title.contains("E1"))
    );
    let got = ask(Topic::Return, "青屿的耳机能退吗").unwrap();
    assert!(got.choices.is_empty() && got.text.starts_with("可以"), "{got:?}");
}

#[test]
fn names_its_path_and_article() {
    let got = ask(Topic::Return, "M2 耳机能七天无理由退货吗").unwrap();
    assert_eq!(got.node, "product:m2-headphones");
    assert_eq!(got.article.as_deref(), Some("return-seven-days"));
    assert_eq!(got.steps.first().unwrap().edge, None);
    let kinds: Vec<_> = got.steps.iter().filter_map(|step| step.edge).map(|edge| edge.code()).collect();
    assert_eq!(kinds, ["is_a", "is_a", "is_a", "governed_by"]);
}

#[test]
fn bad_text_is_harmless() {
    let long = "M2 耳机 能退吗 ¥2000元以下 ".repeat(3000);
    for text in
        ["", " ", "\u{0}\u{202e}", "🙂🙂", "<b>M2</b>", "¥", "99999999999999999999999元以下的手机", long.as_str()]
    {
        for topic in
            [Topic::Return, Topic::Price, Topic::Stock, Topic::Shipping, Topic::Spec, Topic::Compare, Topic::List]
        {
            for language in Language::ALL {
                let _ = answer(&GRAPH, topic, text, &GRAPH.link(text), language);
            }
        }
    }
}

#[test]
fn is_fast() {
    let questions = [
        (Topic::Return, "M2 耳机能七天无理由退货吗？"),
        (Topic::Shipping, "How long does delivery of the M3 to Shenzhen take?"),
        (Topic::List, "which phones under ¥2000 ship from Chengdu?"),
        (Topic::Compare, "M2 和 M3 哪个防水"),
    ];
    LazyLock::force(&GRAPH);
    let started = Instant::now();
    for _ in 0..250 {
        for (topic, text) in questions {
            assert!(ask(topic, text).is_some());
        }
    }
    let each = started.elapsed() / 1000;
    println!("link and answer: {each:?}");
    assert!(each.as_micros() < 1000, "{each:?}");
}
