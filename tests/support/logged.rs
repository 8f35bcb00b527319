//! What the runtime logs on the thread of a test, from warnings on.

use std::{cell::RefCell, collections::BTreeMap, fmt::Debug, sync::Once};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// A message and its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// How bad it is.
    pub level: Level,
    /// The message.
    pub text: String,
    /// The other fields, by name.
    pub fields: BTreeMap<&'static str, String>,
}

thread_local! {
    static HEARD: RefCell<Option<Vec<Logged>>> = const { RefCell::new(None) };
}

/// Listens on this thread from now on.
///
/// The subscriber is the whole process's: of one that is a thread's only, messages that another thread logs first may never
/// be heard.
pub fn listen() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        tracing::subscriber::set_global_default(Listener).expect("nobody else listens");
    });
    HEARD.set(Some(Vec::new()));
}

/// What was logged on this thread since it was listened to, and none of it twice.
pub fn take() -> Vec<Logged> {
    HEARD.with_borrow_mut(|heard| {
        heard
            .as_mut()
            .map(std::mem::take)
            .expect("`listen` was called")
    })
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.target().starts_with("keyloom")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        HEARD.with_borrow_mut(|heard| {
            if let Some(heard) = heard {
                let mut fields = Fields::default();
                event.record(&mut fields);
                heard.push(Logged {
                    level: *event.metadata().level(),
                    text: fields.0.remove("message").unwrap_or_default(),
                    fields: fields.0,
                });
            }
        });
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
