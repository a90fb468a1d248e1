//! What the bot says from articles and the graph, and when it does not know.

use super::Replying;
use crate::answer;
use crate::conversation::{Answer, Button};
use crate::evidence::graph_citation;
use crate::hear::Input;
use serde_json::{Value, json};

const SHORTEST: usize = 140;

impl Replying<'_> {
    pub(super) fn say_passage(&mut self, passage: &knowledge::Passage) {
        // Several answers in one turn are shorter, so that they do not become a wall.
        let limit = self.work.parts.policy.answer_length / self.share.max(1);
        let text = answer::fit(&passage.text, limit.max(SHORTEST));
        let said = self.work.say.iter().any(|a| a.citations.contains(&passage.citation) && a.text.ends_with(&text));
        if !said {
            self.work.say_text(text, vec![passage.citation.clone()]);
        }
    }

    pub(super) fn say_graph(&mut self, input: &Input) {
        let Some(found) = self.found.graph.take() else { return self.dont_know() };
        let citation = graph_citation(&found, self.work.language);
        let limit = self.work.parts.policy.orders_offered;
        let buttons = found
            .choices
            .iter()
            .take(limit)
            .map(|c| Button {
                title: c.title.clone(),
                payload: format!("/{}{}", input.intent, json!({ "node": c.node })),
            })
            .collect();
        self.state.topics = vec![found.node.clone()];
        self.work.say.push(Answer { text: found.text, buttons, citations: vec![citation] });
    }

    pub(super) fn choices(&mut self) {
        self.understood = false;
        self.unanswered = true;
        self.work.failures += 1;
        let config = &self.work.parts.policy;
        let floor = config.choice_floor(self.work.parts.knowledge.thresholds());
        let near = self.found.passages.iter().filter(|p| p.score >= floor).take(config.choices);
        let mut buttons: Vec<Button> = near
            .map(|p| Button {
                title: p.citation.title.clone(),
                payload: format!("/article{}", json!({ "article": p.citation.article })),
            })
            .collect();
        let titles: Vec<Value> = buttons.iter().map(|b| json!(b.title)).collect();
        buttons.push(self.work.button("button_human", "/talk_to_human"));
        self.work.ask("which_question", json!({ "titles": titles }), buttons);
    }

    pub(super) fn dont_know(&mut self) {
        self.understood = false;
        self.unanswered = self.heard.all.words;
        self.work.failures += 1;
        let human = self.work.human_button();
        self.work.ask("dont_know", json!({}), vec![human]);
    }
}
