//! Clients that are slow to read, or do not read at all.
