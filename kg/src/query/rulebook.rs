//! Rules as such: what cannot be returned, who pays for sending back.

use super::ask::Ask;
use super::{GraphAnswer, Path, ruling, say};
use crate::{EdgeKind, Node, NodeKind, Payer, Verdict};

const POSTAGE: super::cues::Cue =
    (&["运费", "邮费", "快递费", "免费", "包邮"], &["free", "postage", "shipping fee", "fee", "pay", "pays"]);
const DENIED: super::cues::Cue = (
    &["不能", "不可以", "不给", "不支持", "不退", "没法", "无法", "不让", "不行"],
    &["cant", "cannot", "not", "non", "arent", "isnt", "no", "never"],
);

pub(crate) fn rulebook<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
    if ask.cues.has(POSTAGE) { postage(ask) } else { returnable(ask) }
}

/// Categories whose goods cannot be returned without a fault, each as high in the tree as it holds; with what is
/// exempt below them.
fn returnable<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
    if !ask.cues.has(DENIED) {
        return None;
    }
    let excluded = |category: &'g Node| -> Option<&'g Node> {
        let first = ruling::rulings(ask.graph, category, "return").into_iter().next()?;
        (first.policy.rule.as_ref()?.verdict == Verdict::No).then_some(first.policy)
    };
    let mut found: Vec<&Node> = Vec::new();
    let mut path = Path::default();
    let mut sentences = Vec::new();
    for category in ask.graph.of_kind(NodeKind::Category) {
        let Some(policy) = excluded(category) else { continue };
        let parents = ask.graph.outgoing(&category.id, EdgeKind::IsA);
        if parents.iter().any(|(parent, _)| excluded(parent).is_some()) {
            continue;
        }
        let below = ask.graph.incoming(&category.id, EdgeKind::IsA);
        let exempt: Vec<String> = below
            .iter()
            .filter(|(below, _)| below.kind == NodeKind::Category && excluded(below).is_none())
            .map(|(below, _)| below.name(ask.language).to_owned())
            .collect();
        let exempt = match exempt.is_empty() {
            true => String::new(),
            false => {
                let list = say::list(ask, exempt.into_iter());
                ask.say(format!("（{list}除外）"), format!(" (except {list})"))
            }
        };
        sentences.push(ask.say(format!("{}{exempt}", category.name.zh), format!("{}{exempt}", category.name.en)));
        path = path.also(category).then(EdgeKind::GovernedBy, policy);
        found.push(category);
    }
    if found.is_empty() {
        return None;
    }
    let list = sentences.join(if ask.zh() { "、" } else { "; " });
    let text = ask.say(
        format!("没有质量问题时不能退货的有：{list}。其他商品在规定期限内都可以退。"),
        format!(
            "Unless they are faulty, these cannot be returned: {list}. Everything else can, within its time limit."
        ),
    );
    Some(path.answer(ask, text).found(found).decided(Verdict::No))
}

fn postage<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
    let paid_by = |payer: Payer| {
        let pays =
            move |node: &&Node| node.rule.as_ref().is_some_and(|r| r.topic == "return" && r.postage == Some(payer));
        ask.graph.of_kind(NodeKind::Policy).filter(pays).collect::<Vec<&Node>>()
    };
    // "Which are not free" and "who has to pay" ask for the first, "which are free" for the second.
    let free = ask.cues.has((&["免", "包邮", "不用", "不要"], &["free"]))
        && !ask.cues.has((&["不免", "不包邮"], &["not free", "not", "arent", "isnt", "without"]));
    let (customer, shop) = (paid_by(Payer::Customer), paid_by(Payer::Shop));
    let names = |nodes: &[&Node]| say::list(ask, nodes.iter().map(|node| node.name(ask.language).to_owned()));
    let (paid, unpaid) = (names(&customer), names(&shop));
    let text = ask.say(
        format!("需要您承担退货运费的是没有质量问题的退货：{paid}。我们承担运费的：{unpaid}。"),
        format!("You pay the return postage when nothing is wrong with the goods: {paid}. We pay it for: {unpaid}."),
    );
    let found = if free { shop } else { customer };
    let first = found.first()?;
    Some(Path::from(first).answer(ask, text).found(found))
}
