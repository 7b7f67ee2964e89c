//! The choices of a session, and the commands that it chooses from with their right answers.

/// SplitMix64, by Sebastiano Vigna: small, and good enough to choose with.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(super) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// What a command does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command {
    /// So many numbers from 1, the row number beside a text.
    Rows(i64),
    Tag,
    Fails,
    FailsLate(i64),
    Naps,
    Notices,
    Progress,
    /// Goes on for a while when it is cancelled.
    Stubborn,
}

impl Command {
    pub(super) fn any(random: &mut Random) -> Command {
        match random.below(10) {
            0..=2 => Command::Rows(random.pick(&[0, 1, 10, 3000, 20_000])),
            3 => Command::Tag,
            4 => Command::Fails,
            5 => Command::FailsLate(random.pick(&[1, 100, 20_000])),
            6 => Command::Naps,
            7 => Command::Notices,
            8 => Command::Progress,
            _ => Command::Stubborn,
        }
    }

    pub(super) fn sql(self) -> String {
        match self {
            Command::Rows(count) => format!("SELECT i, repeat('x', i % 100) FROM generate_series(1, {count}) i"),
            Command::Tag => "DO 'BEGIN END'".into(),
            Command::Fails => "SELECT 1/0, 'a'::text".into(),
            Command::FailsLate(count) => {
                format!("SELECT i, (1/({count} - i))::text FROM generate_series(1, {count}) i")
            }
            Command::Naps => "SELECT 1, repeat('x', 1) FROM pg_sleep(0.05)".into(),
            Command::Notices => "DO $$BEGIN FOR i IN 1..500 LOOP RAISE NOTICE 'n %', i; END LOOP; END$$".into(),
            Command::Progress => {
                "DO $$BEGIN FOR i IN 0..100 LOOP PERFORM pg_background_progress(i, repeat('ä', i)); END LOOP; END$$"
                    .into()
            }
            Command::Stubborn => "DO $$BEGIN FOR i IN 1..10 LOOP BEGIN PERFORM pg_sleep(0.05); \
                 EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END$$"
                .into(),
        }
    }

    /// What reads the result whole, and the right answer: none if the command fails.
    pub(super) fn reading(self, pid: i32) -> (String, Option<String>) {
        let whole = |count: i64| {
            let sql = format!(
                "SELECT count(*), coalesce(sum(i), 0), bool_and(t = repeat('x', i % 100)) \
                 FROM pg_background_result({pid}) AS (i int, t text)"
            );
            let right = if count == 0 { "NULL" } else { "t" };
            (sql, Some(format!("{count}|{}|{right}", count * (count + 1) / 2)))
        };
        match self {
            Command::Rows(count) => whole(count),
            Command::Naps => whole(1),
            Command::Fails | Command::FailsLate(_) => (whole(0).0, None),
            Command::Tag | Command::Notices | Command::Progress | Command::Stubborn => {
                (format!("SELECT * FROM pg_background_result({pid}) AS (tag text)"), Some("DO".into()))
            }
        }
    }
}
