//! Sorting that is compiled once, whatever is sorted. The standard library compiles a sort of four kilobytes for
//! each type and comparison, and patients download all of them.

use std::cmp::Ordering;

/// Sorts `items` by `compare`; what compares equal stays in its order.
pub(crate) fn sort<T: Clone>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = order(items.len(), &|a, b| compare(&items[a as usize], &items[b as usize]));
    *items = order.into_iter().map(|at| items[at as usize].clone()).collect();
}

/// The places of `count` items in their order.
fn order(count: usize, compare: &dyn Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_and_keeps_the_order_of_equals() {
        let mut words = vec![("pear", 2), ("fig", 1), ("plum", 2), ("apple", 1)];
        sort(&mut words, |a, b| a.1.cmp(&b.1));
        assert_eq!(words, [("fig", 1), ("apple", 1), ("pear", 2), ("plum", 2)]);
        sort(&mut words, |a, b| a.0.cmp(b.0));
        assert_eq!(words.iter().map(|word| word.0).collect::<String>(), "applefigpearplum");
        sort(&mut Vec::<u8>::new(), Ord::cmp);
    }
}
