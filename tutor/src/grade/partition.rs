//! A part of the submissions, for one of several machines.

use std::str::FromStr;

/// The K-th of N parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    number: usize,
    of: usize,
}

/// What is no part.
#[derive(Debug, thiserror::Error)]
#[error("a part is written K/N, such as 2/8, with K from 1 to N")]
pub struct PartitionError;

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Partition, PartitionError> {
        let (number, of) = text.split_once('/').ok_or(PartitionError)?;
        let read = |text: &str| text.trim().parse::<usize>().map_err(|_| PartitionError);
        let (number, of) = (read(number)?, read(of)?);
        if number == 0 || number > of { Err(PartitionError) } else { Ok(Partition { number, of }) }
    }
}

impl Partition {
    /// What belongs to this part of an ordered list: neighbours go to different parts, so that all take as long.
    pub fn take<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.number - 1).step_by(self.of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole() {
        let parts: Vec<Partition> = ["1/3", "2/3", "3/3"].iter().flat_map(|text| text.parse()).collect();
        let mut all: Vec<i32> = parts.iter().flat_map(|part| part.take((0..10).collect())).collect();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_part_is_refused() {
        assert!(["0/3", "4/3", "1", "a/b", "1/0", ""].iter().all(|text| text.parse::<Partition>().is_err()));
    }
}
