//! Elements by plain calls, of one type each, over Leptos' renderer.
//!
//! The `view!` macro would be shorter to read, and two things speak against it here. It makes what never
//! changes by `innerHTML`, which a website's Trusted Types policy forbids. And it gives every element a type
//! of its own, each compiled anew, where the widget has a budget in bytes.

use super::driver::Driver;
use tachys::html::attribute::any_attribute::{AnyAttribute, IntoAnyAttribute};
use tachys::html::attribute::custom::custom_attribute;
use tachys::html::element::{ElementChild, custom};
use tachys::html::event::{Custom, on};
use tachys::view::add_attr::AddAnyAttr;
use tachys::view::any_view::{AnyView, IntoAny};
use web_sys::Event as DomEvent;
use widget::intake::Intake;

type Listener = Box<dyn FnMut(DomEvent)>;
/// One type for all of a kind: what is generic is compiled once.
type LiveAttribute = Box<dyn Fn() -> Option<String> + Send>;
type LiveText = Box<dyn Fn() -> String + Send>;
type LivePart = Box<dyn Fn() -> AnyView + Send>;

/// An element in the making. It is boxed, and its methods take plain types and are not inlined: there are hundreds
/// of calls.
pub(crate) struct Element(Box<Parts>);

struct Parts {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// A new element.
#[inline(never)]
pub(crate) fn element(tag: &'static str) -> Element {
    Element(Box::new(Parts { tag, attributes: Vec::new(), children: Vec::new() }))
}

/// A new element of a class.
#[inline(never)]
pub(crate) fn classed(tag: &'static str, class: &str) -> Element {
    element(tag).set("class", class)
}

impl Element {
    /// Sets an attribute.
    pub(crate) fn set(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.attribute(name, value.as_ref())
    }

    #[inline(never)]
    fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.0.attributes.push(custom_attribute(name, value.to_owned()).into_any_attr());
        self
    }

    /// Sets an attribute without a value where `holds`.
    pub(crate) fn mark(self, name: &'static str, holds: bool) -> Self {
        if holds { self.attribute(name, "") } else { self }
    }

    /// Sets an attribute that follows the state; `None` takes it away.
    pub(crate) fn follow(
        self,
        name: &'static str,
        driver: Driver,
        read: impl Fn(&Intake) -> Option<String> + Send + 'static,
    ) -> Self {
        self.live(name, Box::new(move || driver.read(&read)))
    }

    #[inline(never)]
    fn live(mut self, name: &'static str, value: LiveAttribute) -> Self {
        self.0.attributes.push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// Listens.
    pub(crate) fn on(self, event: &'static str, listener: impl FnMut(DomEvent) + 'static) -> Self {
        self.listen(event, Box::new(listener))
    }

    #[inline(never)]
    fn listen(mut self, event: &'static str, listener: Listener) -> Self {
        self.0.attributes.push(on(Custom::<DomEvent>::new(event), listener).into_any_attr());
        self
    }

    /// Adds a child.
    #[inline(never)]
    pub(crate) fn child(mut self, child: Element) -> Self {
        self.0.children.push(child.view());
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
    fn plain(mut self, text: &str) -> Self {
        self.0.children.push(text.to_owned().into_any());
        self
    }

    /// Adds text that follows the state.
    pub(crate) fn following(
        mut self,
        driver: Driver,
        read: impl Fn(&Intake) -> String + Send + 'static,
    ) -> Self {
        let text: LiveText = Box::new(move || driver.read(&read));
        self.0.children.push(text.into_any());
        self
    }

    /// Adds a part that is made anew whenever `key` gives something else, and only then: what a person is
    /// writing in stays as it is while the rest of the state changes.
    pub(crate) fn part(
        mut self,
        driver: Driver,
        key: impl Fn(&Intake) -> String + Send + Sync + 'static,
        part: impl Fn() -> Element + Send + 'static,
    ) -> Self {
        let key = driver.key(Box::new(key));
        let part: LivePart = Box::new(move || {
            driver.follow_key(key);
            part().view()
        });
        self.0.children.push(part.into_any());
        self
    }

    /// The finished view.
    #[inline(never)]
    pub(crate) fn view(self) -> AnyView {
        let Parts { tag, attributes, children } = *self.0;
        custom(tag).add_any_attr(attributes).child(children).into_any()
    }
}
