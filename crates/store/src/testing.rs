//! Databases for tests. Placeholder replaced below.
