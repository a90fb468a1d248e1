//! Entities that are learnt from examples, with the real encoder.
#![allow(clippy::unwrap_used)]

use models::Kind;
use nlu::{Annotation, EntityReport, Example, IntentExamples, Name, Tagged, Tagger, TaggerOptions, TrainingData};

fn data(lines: &[&str]) -> TrainingData {
    let examples = lines.iter().map(|l| Example::annotated(l)).collect();
    let intent = IntentExamples { name: "all".into(), examples, metadata: None };
    TrainingData { intents: vec![intent], ..TrainingData::default() }
}

const LINES: &[&str] = &[
    "我要从[北京]{\"entity\":\"city\",\"role\":\"from\"}飞到[上海]{\"entity\":\"city\",\"role\":\"to\"}",
    "从[广州]{\"entity\":\"city\",\"role\":\"from\"}到[成都]{\"entity\":\"city\",\"role\":\"to\"}的票",
    "帮我订从[杭州]{\"entity\":\"city\",\"role\":\"from\"}去[西安]{\"entity\":\"city\",\"role\":\"to\"}的机票",
    "[武汉]{\"entity\":\"city\",\"role\":\"from\"}到[南京]{\"entity\":\"city\",\"role\":\"to\"}多少钱",
    "from [Boston]{\"entity\":\"city\",\"role\":\"from\"} to [Denver]{\"entity\":\"city\",\"role\":\"to\"} please",
    "a flight from [Paris]{\"entity\":\"city\",\"role\":\"from\"} to [London]{\"entity\":\"city\",\"role\":\"to\"}",
    "I go from [Madrid]{\"entity\":\"city\",\"role\":\"from\"} to [New York]{\"entity\":\"city\",\"role\":\"to\"} tomorrow",
    "book [Rome]{\"entity\":\"city\",\"role\":\"from\"} to [Vienna]{\"entity\":\"city\",\"role\":\"to\"}",
    "[经济舱](class:economy)的票还有吗",
    "有没有[头等舱](class:first)",
    "我想坐[商务舱](class:business)",
    "换成[经济舱](class:economy)",
    "an [economy](class:economy) seat please",
    "is [first class](class:first) still free",
    "a seat in [business](class:business)",
    "票价多少",
    "怎么退票",
    "行李可以带多少",
    "how do I cancel",
    "what does it cost",
    "can I take a dog with me",
];

async fn trained(data: &TrainingData) -> (Tagger, EntityReport) {
    let embedder = models::testing::embedder();
    let found = Tagger::train(&embedder, data, &TaggerOptions::default(), &|_, _| ()).await.unwrap().unwrap();
    (found.0, found.1)
}

async fn find(tagger: &Tagger, text: &str) -> Vec<Tagged> {
    tagger.find_all(&models::testing::embedder(), &[text.to_owned()]).await.unwrap().remove(0)
}

fn said(found: &[Tagged]) -> Vec<(String, &str)> {
    found.iter().map(|t| (t.mark().2, t.value.as_str())).collect()
}

#[tokio::test]
async fn a_few_examples_in_two_languages_teach_entities_with_roles_and_values() {
    let mut data = data(LINES);
    data.synonyms.insert("economy".into(), vec!["Coach".into()]);
    data.lookups.insert("cities".into(), vec!["深圳".into(), "Chicago".into(), "Beijing".into()]);
    data.regexes.insert("number".into(), vec![r"\d+".into(), "(?=x)".into()]);
    let (tagger, report) = trained(&data).await;
    assert!(tagger.fits(&models::testing::embedder()));
    assert_eq!(tagger.names().map(Name::label).collect::<Vec<_>>(), ["city:from", "city:to", "class"]);
    assert!(report.all.examples > 0 && report.labels.iter().any(|l| l.name == "city:from"), "{report:?}");

    let found = find(&tagger, "我要从深圳飞到长沙").await;
    assert_eq!(said(&found), [("city:from".into(), "深圳"), ("city:to".into(), "长沙")]);
    assert_eq!(&"我要从深圳飞到长沙"[found[1].start..found[1].end], "长沙");
    assert!(found.iter().all(|f| f.confidence > 0.3 && f.confidence <= 1.0), "{found:?}");
    let found = find(&tagger, "a flight from Chicago to Berlin").await;
    assert_eq!(said(&found), [("city:from".into(), "Chicago"), ("city:to".into(), "Berlin")]);
    assert_eq!(said(&find(&tagger, "<b>换成</b>经济舱").await), [("class".into(), "economy")]);
    assert_eq!(said(&find(&tagger, "怎么取消").await), []);

    // The same examples teach the same, and a file says what the tagger says.
    let (again, _) = trained(&data).await;
    assert_eq!(again.to_bytes(), tagger.to_bytes());
    let read = Tagger::from_bytes(tagger.to_bytes()).unwrap();
    let text = "从Chicago到成都，economy";
    assert_eq!(find(&read, text).await, find(&tagger, text).await);
}

#[tokio::test]
async fn any_text_has_sound_entities_and_damaged_files_are_refused() {
    let (tagger, _) = trained(&data(LINES)).await;
    let (_, none) = models::testing::embedder().read("", Kind::Query).await.unwrap();
    let parts = [
        "从",
        "北京",
        "to ",
        "Rome",
        " ",
        "🙂",
        "e\u{301}",
        "\u{200b}",
        "１２３",
        "1234567",
        "<b>",
        "&nbsp;",
        "，",
        "\u{0}",
        "ẞ",
    ];
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..60 {
        let long = if round == 0 { 3000 } else { 12 };
        let text: String = (0..long).map(|_| parts[random(parts.len())]).collect();
        let mut end = 0;
        for found in find(&tagger, &text).await {
            let surface = text.get(found.start..found.end);
            assert!(found.start >= end && surface.is_some_and(|s| !s.trim().is_empty()), "{text}: {found:?}");
            end = found.end;
        }
        tagger.find(&text, &none).unwrap(); // states of something else
    }
    let bytes = tagger.to_bytes();
    for at in (0..bytes.len()).step_by(997).chain(0..200) {
        assert!(Tagger::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 1 << (at % 8);
        if let Ok(tagger) = Tagger::from_bytes(&damaged) {
            tagger.find("从北京 to Rome 好", &none).unwrap();
        }
    }
    assert!(Tagger::from_bytes(&[bytes, b"x"].concat()).is_err());
    assert!(Tagger::from_bytes(&[255; 64]).is_err());
}

#[tokio::test]
async fn overlapping_and_empty_annotations_are_named_and_the_rest_is_learnt() {
    let embedder = models::testing::embedder();
    let train = async |data: &TrainingData| {
        Tagger::train(&embedder, data, &TaggerOptions::default(), &|_, _| ()).await.unwrap()
    };
    assert!(train(&data(&["你好", "hello"])).await.is_none());
    let mut odd = data(&["去[北京][{\"entity\":\"city\"},{\"entity\":\"place\"}]玩", "你好"]);
    let mark = |start, end, entity: &str| Annotation { start, end, entity: entity.into(), ..Annotation::default() };
    odd.intents[0].examples.push(Example {
        text: "住在上海外滩 ".into(),
        entities: vec![
            mark(6, 18, "place"),
            mark(6, 12, "city"),
            mark(18, 19, "place"),
            mark(7, 9, "x"),
            mark(40, 50, "x"),
        ],
        ..Example::default()
    });
    let (tagger, _, warnings) = train(&odd).await.unwrap();
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    let labels: Vec<String> = tagger.names().map(Name::label).collect();
    assert_eq!(labels, ["city", "place", "place"], "one place with two names, and one alone");
}
