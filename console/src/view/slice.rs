//! A value that follows from the state. Underneath all of them are of one type, so that what makes them reactive is in
//! the program once, and not once for each type of value.

use leptos::prelude::*;
use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

/// A memo of a `T`.
pub(crate) struct Slice<T> {
    memo: Memo<Value>,
    of: PhantomData<fn() -> T>,
}

#[derive(Clone)]
struct Value {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

/// What `read` gives; who looks at it is told when that is another value than before.
pub(crate) fn slice<T: PartialEq + Send + Sync + 'static>(
    read: impl Fn() -> T + Send + Sync + 'static,
) -> Slice<T> {
    let read = Box::new(move || Value { value: Arc::new(read()), same: same::<T> });
    Slice { memo: memo(read), of: PhantomData }
}

fn memo(read: Box<dyn Fn() -> Value + Send + Sync>) -> Memo<Value> {
    Memo::new(move |_| read())
}

fn same<T: PartialEq + 'static>(one: &dyn Any, two: &dyn Any) -> bool {
    one.downcast_ref::<T>() == two.downcast_ref::<T>()
}

impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slice<T> {}

impl<T: 'static> Slice<T> {
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        look(&self.memo.get(), read)
    }

    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        look(&self.memo.get_untracked(), read)
    }

    pub(crate) fn track(self) {
        // One that nobody has looked at yet would follow nothing.
        self.memo.get();
    }
}

impl<T: Clone + 'static> Slice<T> {
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

fn look<T: 'static, R>(value: &Value, read: impl FnOnce(&T) -> R) -> R {
    read(value.value.downcast_ref().expect("a slice is made of a value of its type"))
}
