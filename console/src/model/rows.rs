//! Where the rows of the list stand: of a long list only the visible ones are in the page, so their places are
//! computed. All lengths are CSS pixels; the style sheet says the same.

use super::queue::Group;

/// Height of a lead's row.
pub(crate) const ROW: i32 = 84;
/// Height of the heading above a group.
pub(crate) const HEAD: i32 = 38;

/// Where the row of the lead at `index` begins, below its group's heading.
pub(crate) fn top(groups: &[Group], index: usize) -> i32 {
    let headings = groups.iter().filter(|group| group.start <= index).count();
    pixels(index, ROW) + pixels(headings, HEAD)
}

/// Where the heading of the group begins.
pub(crate) fn heading_top(groups: &[Group], group: &Group) -> i32 {
    top(groups, group.start) - HEAD
}

/// Height of all rows and headings.
pub(crate) fn height(groups: &[Group], count: usize) -> i32 {
    pixels(count, ROW) + pixels(groups.len(), HEAD)
}

/// The lead whose row, or whose group's heading, is at `y`; the last one, past the end.
pub(crate) fn at(groups: &[Group], count: usize, y: i32) -> usize {
    // Headings are few: leave out those above `y`, then divide.
    let above = groups.iter().filter(|group| heading_top(groups, group) + HEAD <= y).count();
    let index = usize::try_from((y - pixels(above, HEAD)).max(0) / ROW).unwrap_or(0);
    index.min(count.saturating_sub(1))
}

fn pixels(count: usize, each: i32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX / each).saturating_mul(each)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::queue::Turn;

    fn groups(counts: &[usize]) -> Vec<Group> {
        let mut start = 0;
        counts
            .iter()
            .map(|&count| {
                let group = Group { turn: Turn::Rest, start, count };
                start += count;
                group
            })
            .collect()
    }

    #[test]
    fn every_row_is_found_where_it_stands() {
        for counts in [&[][..], &[7], &[1, 1, 1], &[2, 5, 1, 30]] {
            let groups = groups(counts);
            let count = counts.iter().sum::<usize>().max(5);
            for index in 0..count {
                let top = top(&groups, index);
                assert_eq!(at(&groups, count, top), index, "{counts:?}");
                assert_eq!(at(&groups, count, top + ROW - 1), index, "{counts:?}");
            }
            assert_eq!(top(&groups, count - 1) + ROW, height(&groups, count));
            assert_eq!(at(&groups, count, i32::MAX), count - 1);
        }
    }

    #[test]
    fn nothing_overlaps() {
        let groups = groups(&[2, 3]);
        assert_eq!((heading_top(&groups, &groups[0]), top(&groups, 0)), (0, HEAD));
        assert_eq!(heading_top(&groups, &groups[1]), top(&groups, 1) + ROW);
        assert_eq!(top(&groups, 2), heading_top(&groups, &groups[1]) + HEAD);
    }
}
