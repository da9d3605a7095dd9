//! The HTTP surface as a client meets it: a real server on loopback, on both engines. Needs PostgreSQL: `make test`, or
//! `scripts/postgres.sh start` and its URL in `RECADO_TEST_POSTGRES`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this is tests")]

mod boards;
mod browser;
mod client;
mod contacts;
mod conventions;
mod data_send;
mod document;
mod endings;
mod events;
mod first_run;
mod guides;
mod hooks;
mod hooks_together;
mod hostile;
mod idempotency;
mod identity;
mod invitations;
mod ledger;
mod live;
mod merged_lines;
mod merges;
mod messages;
mod meta;
mod note_send;
mod old_reads;
mod outbound;
mod people_again;
mod permissions;
mod proposals;
mod provenance;
mod recado_surface;
mod redact;
mod reviews;
mod rules;
mod same_person;
mod second_factor;
mod sign_in;
mod silence;
mod stream;
mod sunset_events;
mod tags;
mod tenancy;
mod ticket_changes;
mod tickets;
mod timelines;
mod translations;
mod ui;
mod upsert;
mod webhooks;
mod world;
