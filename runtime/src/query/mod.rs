//! Queries as values: an index, a prefix of its parts, a page.

mod builder;
mod cursor;
mod include;
mod kinds;
mod row;
mod run;
mod scan;
mod stream;

pub use builder::{Page, Query, query, query_key, walk};
pub use cursor::{Cursor, Position};
pub use include::Included;
pub use kinds::{Covering, Many, Single, Unique};
pub use row::{Covered, CoveredRow};
pub use stream::Rows;
