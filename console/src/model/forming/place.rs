//! Places in a document: `form.steps[1].fields[0].kind.options[2].label`.

use wire::json::Json;

/// What stands at `path`. What a kind of question holds is found without the kind's name as well: `kind.options`.
pub(super) fn walk<'a>(tree: &'a Json, path: &str) -> Option<&'a Json> {
    parts(path).try_fold(tree, |tree, (name, at)| {
        let found = tree.member(name).or_else(|| match tree {
            Json::Object(members) if members.len() == 1 => members[0].1.member(name),
            _ => None,
        })?;
        match (at, found) {
            (None, found) => Some(found),
            (Some(at), Json::List(items)) => items.get(at),
            _ => None,
        }
    })
}

/// The same, to be changed. A member that is not there is made: an object without members.
pub(super) fn place<'a>(tree: &'a mut Json, path: &str) -> Option<&'a mut Json> {
    parts(path).try_fold(tree, |tree, (name, at)| {
        let Json::Object(members) = tree else { return None };
        let is_kind = members.len() == 1 && members[0].0 != name && members[0].1.member(name).is_some();
        let members = if is_kind {
            let Json::Object(inner) = &mut members[0].1 else { return None };
            inner
        } else {
            members
        };
        let known = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            members.push((name.to_owned(), Json::Object(Vec::new())));
            members.len() - 1
        });
        match (at, &mut members[known].1) {
            (None, found) => Some(found),
            (Some(at), Json::List(items)) => items.get_mut(at),
            _ => None,
        }
    })
}

/// Name after name, each perhaps with a place in a list.
fn parts(path: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    path.split('.').map(|part| match part.split_once('[') {
        Some((name, at)) => (name, at.trim_end_matches(']').parse().ok()),
        None => (part, None),
    })
}

/// Takes every text in the language `tag` away.
pub(super) fn strip(tree: &mut Json, tag: &str) {
    match tree {
        Json::List(items) => items.iter_mut().for_each(|item| strip(item, tag)),
        Json::Object(members) => {
            members.retain(|(name, value)| name != tag || value.text().is_none());
            members.iter_mut().for_each(|(_, value)| strip(value, tag));
        }
        _ => {}
    }
}
