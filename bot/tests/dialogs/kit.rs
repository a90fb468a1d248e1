//! The real bot around a shop in memory: real encoder, intents trained from the real examples, real articles and graph.

use crate::shop::{NOW, Shop};
use bot::conversation::{
    Conversation, ConversationId, Customer, CustomerId, Decision, Holder, Language, Message, MessageId, Sender, Turn,
};
use bot::{Bot, BotParts, DialogState, PolicyConfig, Responses};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::OnceCell;

pub struct Brain {
    pub nlu: Arc<nlu::Nlu>,
    pub knowledge: Arc<knowledge::Knowledge>,
    pub graph: kg::Shared,
    pub responses: Responses,
    pub policy: PolicyConfig,
}

pub fn content() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content")
}

static BRAIN: OnceCell<Brain> = OnceCell::const_new();

pub async fn brain() -> &'static Brain {
    BRAIN
        .get_or_init(|| async {
            let content = content();
            let embedder = models::testing::embedder();
            let graph = kg::Shared::new(kg::Graph::new(kg::load_dir(&content.join("graph")).unwrap()).unwrap());
            let data = nlu::TrainingData::load_dir(&content.join("intents")).unwrap();
            let (model, report) =
                nlu::train(&embedder, &data, &nlu::TrainOptions::default(), &|_, _| {}).await.unwrap();
            println!("trained: threshold {:.2}", report.threshold);
            let articles = knowledge::Article::load_dir(&content.join("articles")).unwrap();
            let knowledge = knowledge::Knowledge::build(&embedder, &articles, &|_| {}).await.unwrap();
            println!("{} articles, thresholds {:?}", articles.len(), knowledge.thresholds());
            let text = |name: &str| std::fs::read_to_string(content.join(name)).unwrap();
            Brain {
                nlu: Arc::new(nlu::Nlu::new(embedder, model, graph.clone())),
                knowledge: Arc::new(knowledge),
                graph,
                responses: Responses::parse(&text("responses.yml")).unwrap(),
                policy: PolicyConfig::parse(&text("policy.yml")).unwrap(),
            }
        })
        .await
}

/// One customer's conversation, kept as the server would keep it.
pub struct Chat {
    pub bot: Bot,
    pub shop: Arc<Shop>,
    pub conversation: Conversation,
    pub history: Vec<Message>,
    pub agents_present: bool,
    seq: i64,
}

pub struct Person {
    pub signed_in: bool,
    pub name: Option<String>,
    pub tier: Option<String>,
    pub phone: Option<String>,
}

impl Chat {
    pub fn new(brain: &Brain, shop: Arc<Shop>, person: Person, language: Language, agents_present: bool) -> Chat {
        let bot = Bot::new(BotParts {
            nlu: brain.nlu.clone(),
            knowledge: brain.knowledge.clone(),
            graph: brain.graph.clone(),
            actions: shop.actions(),
            responses: brain.responses.clone(),
            policy: brain.policy.clone(),
        });
        let customer = Customer {
            id: CustomerId::from("C1"),
            name: person.name,
            signed_in: person.signed_in,
            tier: person.tier,
            email: None,
            phone: person.phone,
        };
        let conversation = Conversation {
            id: ConversationId::from("V1"),
            channel: "web".into(),
            customer,
            language,
            holder: Holder::Bot,
            epoch: 1,
            dialog: DialogState::default(),
        };
        Chat { bot, shop, conversation, history: Vec::new(), agents_present, seq: 0 }
    }

    fn message(&mut self, sender: Sender, text: &str, payload: Option<String>) -> Message {
        self.seq += 1;
        Message {
            id: MessageId(format!("M{}", self.seq)),
            seq: self.seq,
            sender,
            text: text.into(),
            payload,
            at: NOW + self.seq * 1000,
        }
    }

    /// Runs a turn without keeping anything of it, as a server that is killed before it commits.
    pub async fn dry(&self, said: &[Message]) -> Decision {
        let turn = Turn {
            conversation: &self.conversation,
            history: &self.history,
            said,
            now: NOW,
            agents_present: self.agents_present,
        };
        self.bot.reply(turn).await
    }

    pub fn type_in(&mut self, said: &[(String, Option<String>)]) -> Vec<Message> {
        said.iter().map(|(text, payload)| self.message(Sender::Customer, text, payload.clone())).collect()
    }

    pub async fn say(&mut self, said: &[(String, Option<String>)]) -> Decision {
        let said = self.type_in(said);
        self.hear(said).await
    }

    pub async fn hear(&mut self, said: Vec<Message>) -> Decision {
        let decision = self.dry(&said).await;
        // What the store would keep survives a round trip through JSON.
        let kept = serde_json::to_string(&decision.dialog).unwrap();
        self.conversation.dialog = serde_json::from_str(&kept).unwrap();
        assert_eq!(self.conversation.dialog, decision.dialog, "the dialog's state does not survive the store");
        self.conversation.language = decision.language;
        self.history.extend(said);
        for answer in &decision.say {
            let message = self.message(Sender::Bot, &answer.text, None);
            self.history.push(message);
        }
        decision
    }
}
