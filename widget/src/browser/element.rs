//! Elements by plain calls, of one Leptos type each.
//!
//! The `view!` macro would be shorter to read, and two things speak against it here. It makes what never
//! changes by `innerHTML`, which a website's Trusted Types policy forbids. And it gives every element a type
//! of its own, each compiled anew, where the widget has a budget in bytes.

use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::attr::custom::custom_attribute;
use leptos::ev::{Custom, on};
use leptos::html::custom;
use leptos::prelude::*;
use leptos::tachys::html::property::prop;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Event as DomEvent, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

type Listener = Box<dyn FnMut(DomEvent)>;

/// An element in the making.
pub(crate) struct Element {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// A new element.
pub(crate) fn element(tag: &'static str) -> Element {
    Element { tag, attributes: Vec::new(), children: Vec::new() }
}

/// A new element of a class.
pub(crate) fn classed(tag: &'static str, class: &str) -> Element {
    element(tag).set("class", class)
}

impl Element {
    /// Sets an attribute.
    pub(crate) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push(custom_attribute(name, value.into()).into_any_attr());
        self
    }

    /// Sets an attribute that follows the state; `None` takes it away.
    pub(crate) fn follow(mut self, name: &'static str, value: Memo<Option<String>>) -> Self {
        self.attributes.push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// What an input holds to begin with.
    pub(crate) fn holding(mut self, value: String) -> Self {
        self.attributes.push(prop("value", value).into_any_attr());
        self
    }

    /// Whether a box or button is ticked to begin with.
    pub(crate) fn ticked(mut self, ticked: bool) -> Self {
        self.attributes.push(prop("checked", ticked).into_any_attr());
        self
    }

    /// Listens.
    pub(crate) fn on(mut self, event: &'static str, listener: impl FnMut(DomEvent) + 'static) -> Self {
        let listener: Listener = Box::new(listener);
        self.attributes.push(on(Custom::<DomEvent>::new(event), listener).into_any_attr());
        self
    }

    /// Adds a child.
    pub(crate) fn child(mut self, child: Element) -> Self {
        self.children.push(child.view());
        self
    }

    /// Adds children.
    pub(crate) fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Element::view));
        self
    }

    /// Adds text.
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(text.into().into_any());
        self
    }

    /// Adds text that follows the state.
    pub(crate) fn following(mut self, text: Memo<String>) -> Self {
        self.children.push(text.into_any());
        self
    }

    /// Adds a part that is made anew whenever what it reads changes.
    pub(crate) fn part(mut self, part: impl Fn() -> Element + Send + 'static) -> Self {
        let part: Box<dyn Fn() -> AnyView + Send> = Box::new(move || part().view());
        self.children.push(part.into_any());
        self
    }

    /// The finished view.
    pub(crate) fn view(self) -> AnyView {
        custom(self.tag).add_any_attr(self.attributes).child(self.children).into_any()
    }
}

/// What the input that `event` comes from holds.
pub(crate) fn value(event: &DomEvent) -> String {
    let Some(target) = event.target() else { return String::new() };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return input.value();
    }
    if let Some(area) = target.dyn_ref::<HtmlTextAreaElement>() {
        return area.value();
    }
    target.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value).unwrap_or_default()
}
