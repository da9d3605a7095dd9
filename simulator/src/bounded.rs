//! A list that forgets its oldest.

use std::collections::VecDeque;

/// Keeps the newest items up to a number and a weight (bytes, roughly), and how many there ever were.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    items: VecDeque<(usize, T)>,
    weight: usize,
    total: usize,
    most_items: usize,
    most_weight: usize,
}

impl<T> Ring<T> {
    pub(crate) fn new(most_items: usize, most_weight: usize) -> Self {
        Self { items: VecDeque::new(), weight: 0, total: 0, most_items, most_weight }
    }

    /// Answers with what had to go.
    pub(crate) fn push(&mut self, item: T, weight: usize) -> Vec<T> {
        self.items.push_back((weight, item));
        self.weight += weight;
        self.total += 1;
        let mut gone = Vec::new();
        while self.items.len() > self.most_items || (self.weight > self.most_weight && self.items.len() > 1) {
            let Some((weight, item)) = self.items.pop_front() else { break };
            self.weight -= weight;
            gone.push(item);
        }
        gone
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter().map(|(_, item)| item)
    }

    /// All there ever were, the forgotten ones included.
    pub(crate) fn total(&self) -> usize {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_by_number_and_by_weight() {
        let mut ring = Ring::new(3, 100);
        for n in 0..5 {
            ring.push(n, 1);
        }
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(ring.push(9, 98), [2]);
        assert_eq!(ring.push(10, 500), [3, 4, 9]);
        assert_eq!((ring.iter().copied().collect::<Vec<_>>(), ring.total()), (vec![10], 7));
    }
}
