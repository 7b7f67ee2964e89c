//! What a realm is made from: the kit's extension and a course's fixtures.
//!
//! The kit's own clone has both. A course elsewhere has fixtures only, and takes the extension of the kit that plays it.

use std::path::{Path, PathBuf};

use crate::course::DataSet;

/// The folder of the extension's sources, below the kit's root.
pub(super) const EXTENSION: &str = "extension";

/// The folder of the fixtures, below the course's root.
const FIXTURES: &str = "fixtures";

/// Where the parts of a realm come from.
#[derive(Debug, Clone)]
pub(crate) struct Ingredients {
    /// The course: a folder with `labs` and `fixtures`.
    pub(crate) course: PathBuf,
    /// The kit: the workspace with the extension in it. Often the same folder.
    pub(crate) kit: PathBuf,
    /// Which data the fixtures are loaded with.
    pub(crate) data: DataSet,
}

impl Ingredients {
    /// For a course, whose folder may be the kit's; else the kit is looked for from the working directory and around
    /// the executable. Without any, the course is named as the place where the extension is missing.
    pub(crate) fn of(course: &Path, data: DataSet) -> Ingredients {
        let kit = kit_of(course).unwrap_or_else(|| course.to_owned());
        Ingredients { course: course.canonicalize().unwrap_or_else(|_| course.to_owned()), kit, data }
    }

    pub(super) fn extension(&self) -> PathBuf {
        self.kit.join(EXTENSION)
    }

    pub(super) fn fixtures(&self) -> PathBuf {
        self.course.join(FIXTURES)
    }
}

/// The kit's folder: the course's own, or else one around the working directory or the executable.
pub(crate) fn kit_of(course: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().unwrap_or_default();
    let executable = std::env::current_exe().unwrap_or_default();
    let mut places = [course].into_iter().chain(here.ancestors()).chain(executable.ancestors().skip(1));
    places.find(|place| is_kit(place)).map(Path::to_owned)
}

fn is_kit(place: &Path) -> bool {
    place.join("Cargo.toml").is_file() && place.join(EXTENSION).join("Cargo.toml").is_file()
}
