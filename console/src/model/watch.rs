//! When the console locks by itself: pure, so that it can be tested without waiting.

use super::LockReason;

/// The clock ticks this often, in milliseconds.
pub(crate) const TICK_MS: u64 = 15_000;
/// Without a key, a click or a touch for this long, it locks.
pub(crate) const IDLE_MS: u64 = 10 * 60_000;
/// A tick this much too late means that the machine slept. Browsers slow the timers of hidden pages down to one
/// a minute, which is no sleep.
const SLEPT_MS: u64 = 3 * 60_000;

/// What the last tick saw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    last_tick: u64,
    last_use: u64,
}

impl Watch {
    pub(crate) const fn new(now: u64) -> Self {
        Self { last_tick: now, last_use: now }
    }

    /// The person did something.
    pub(crate) const fn touch(&mut self, now: u64) {
        self.last_use = now;
    }

    /// The clock ticked: whether to lock, and why.
    pub(crate) fn tick(&mut self, now: u64) -> Option<LockReason> {
        let gap = now.saturating_sub(self.last_tick);
        self.last_tick = now;
        if gap > TICK_MS + SLEPT_MS {
            return Some(LockReason::Slept);
        }
        (now.saturating_sub(self.last_use) >= IDLE_MS).then_some(LockReason::Idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_locks_when_left_alone_and_not_before() {
        let mut watch = Watch::new(0);
        let mut at = 0;
        let locked = loop {
            at += TICK_MS;
            if at == 5 * 60_000 {
                watch.touch(at);
            }
            if let Some(reason) = watch.tick(at) {
                break reason;
            }
        };
        assert_eq!((locked, at), (LockReason::Idle, 15 * 60_000));
    }

    #[test]
    fn it_locks_after_sleep_but_not_for_a_slow_timer() {
        let mut watch = Watch::new(0);
        assert_eq!(watch.tick(60_000), None);
        assert_eq!(watch.tick(60_000 + 8 * 3_600_000), Some(LockReason::Slept));
    }

    #[test]
    fn a_clock_set_back_locks_nothing_and_breaks_nothing() {
        let mut watch = Watch::new(3_600_000);
        assert_eq!(watch.tick(1_000), None);
    }
}
