//! Elements by plain calls: Leptos' renderer makes the nodes, and its effects keep what follows the state.
//!
//! The `view!` macro would be shorter to read, and two things speak against it here. It makes what never
//! changes by `innerHTML`, which a website's Trusted Types policy forbids. And it gives every element a type
//! of its own, each compiled anew, where the widget has a budget in bytes. Here nothing is generic beyond the
//! listeners and readers that a screen hands over.

use super::driver::Driver;
use reactive_graph::effect::RenderEffect;
use tachys::renderer::RemoveEventHandler;
use tachys::renderer::dom::{Dom, Element as Node, Text};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Event as DomEvent;
use widget::intake::Intake;

/// An element of the document. What listens in it, and what follows the state in it, lives as long as this does.
pub(crate) struct Element {
    node: Node,
    kept: Vec<Kept>,
}

/// What dropping the element ends.
#[expect(dead_code, reason = "kept for its drop")]
enum Kept {
    Listener(RemoveEventHandler<Node>),
    Live(RenderEffect<Last>),
    Child(Element),
}

type Read = Box<dyn Fn(&Intake) -> Option<String>>;

/// Where something that follows the state is shown.
enum Place {
    Attribute(&'static str),
    Text(Text),
    /// In a child that this makes anew.
    Part(Box<dyn Fn() -> Element>),
}

/// What was shown last.
struct Last {
    value: Option<String>,
    part: Option<Element>,
}

/// A new element.
#[inline(never)]
pub(crate) fn element(tag: &str) -> Element {
    Element { node: Dom::create_element(tag, None), kept: Vec::new() }
}

/// A new element of a class.
#[inline(never)]
pub(crate) fn classed(tag: &str, class: &str) -> Element {
    element(tag).attribute("class", class)
}

impl Element {
    /// Puts it at the end of `parent`, for as long as the page lives.
    pub(crate) fn mount(self, parent: &Node) {
        Dom::insert_node(parent, &self.node, None);
        std::mem::forget(self);
    }

    /// Sets an attribute.
    pub(crate) fn set(self, name: &str, value: impl AsRef<str>) -> Self {
        self.attribute(name, value.as_ref())
    }

    #[inline(never)]
    fn attribute(self, name: &str, value: &str) -> Self {
        Dom::set_attribute(&self.node, name, value);
        self
    }

    /// Sets an attribute without a value where `holds`.
    pub(crate) fn mark(self, name: &str, holds: bool) -> Self {
        if holds { self.attribute(name, "") } else { self }
    }

    /// Listens.
    pub(crate) fn on(self, event: &str, mut listener: impl FnMut(DomEvent) + 'static) -> Self {
        self.listen(event, Box::new(move |event: JsValue| listener(event.unchecked_into())))
    }

    #[inline(never)]
    fn listen(mut self, event: &str, listener: Box<dyn FnMut(JsValue)>) -> Self {
        self.kept.push(Kept::Listener(Dom::add_event_listener(&self.node, event, listener)));
        self
    }

    /// Adds a child.
    #[inline(never)]
    pub(crate) fn child(mut self, child: Element) -> Self {
        Dom::insert_node(&self.node, &child.node, None);
        if !child.kept.is_empty() {
            self.kept.push(Kept::Child(child));
        }
        self
    }

    /// Adds children.
    pub(crate) fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Adds text.
    pub(crate) fn text(self, text: impl AsRef<str>) -> Self {
        self.plain(text.as_ref())
    }

    #[inline(never)]
    fn plain(self, text: &str) -> Self {
        Dom::insert_node(&self.node, &Dom::create_text_node(text), None);
        self
    }

    /// Sets an attribute that follows the state; `None` takes it away.
    pub(crate) fn follow(
        self,
        name: &'static str,
        driver: Driver,
        read: impl Fn(&Intake) -> Option<String> + 'static,
    ) -> Self {
        self.live(driver, Box::new(read), Place::Attribute(name))
    }

    /// Adds text that follows the state.
    pub(crate) fn following(self, driver: Driver, read: impl Fn(&Intake) -> String + 'static) -> Self {
        let text = Dom::create_text_node("");
        Dom::insert_node(&self.node, &text, None);
        self.live(driver, Box::new(move |state| Some(read(state))), Place::Text(text))
    }

    /// Adds a part that is made anew whenever `key` gives something else, and only then: what a person is
    /// writing in stays as it is while the rest of the state changes.
    pub(crate) fn part(
        self,
        driver: Driver,
        key: impl Fn(&Intake) -> String + 'static,
        part: impl Fn() -> Element + 'static,
    ) -> Self {
        self.live(driver, Box::new(move |state| Some(key(state))), Place::Part(Box::new(part)))
    }

    #[inline(never)]
    fn live(mut self, driver: Driver, read: Read, place: Place) -> Self {
        let node = self.node.clone();
        self.kept.push(Kept::Live(RenderEffect::new(move |last: Option<Last>| {
            let value = driver.read(&read);
            let old = match last {
                Some(last) if last.value == value => return last,
                last => last.and_then(|last| last.part),
            };
            let part = show(&node, &place, value.as_deref(), old);
            Last { value, part }
        })));
        self
    }
}

/// Shows `value` in `node`; what was made for it. `old` is what was made before.
fn show(node: &Node, place: &Place, value: Option<&str>, old: Option<Element>) -> Option<Element> {
    match (place, value) {
        (Place::Attribute(name), Some(value)) => Dom::set_attribute(node, name, value),
        (Place::Attribute(name), None) => Dom::remove_attribute(node, name),
        (Place::Text(text), value) => Dom::set_text(text, value.unwrap_or_default()),
        (Place::Part(part), _) => {
            let new = part();
            Dom::insert_node(node, &new.node, old.as_ref().map(|old| old.node.as_ref()));
            if let Some(old) = old {
                Dom::remove(&old.node);
            }
            return Some(new);
        }
    }
    None
}
