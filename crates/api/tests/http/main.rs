//! The HTTP surface as a client meets it: a real server on loopback, on both engines. Needs PostgreSQL: `make test`, or
//! `scripts/postgres.sh start` and its URL in `RECADO_TEST_POSTGRES`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this is tests")]

mod boards;
mod client;
mod contacts;
mod conventions;
mod document;
mod events;
mod hostile;
mod idempotency;
mod identity;
mod messages;
mod note_send;
mod proposals;
mod provenance;
mod recado_surface;
mod redact;
mod reviews;
mod rules;
mod same_person;
mod tags;
mod tenancy;
mod ticket_changes;
mod tickets;
mod upsert;
mod world;
