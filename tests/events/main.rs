//! Events: what is published with a transaction, and what workers promise of it.

mod publishing;
