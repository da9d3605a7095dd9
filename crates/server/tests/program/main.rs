//! The program as its operator has it: started, called, stopped.

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this is tests")]

mod backup;
mod config;
mod demo;
mod drift;
mod https;
mod init;
mod nodes;
mod older_schema;
mod one_key;
mod outbound;
mod people;
mod playground;
mod serve;
mod sign_in;
mod streams;
mod sunsets;
mod webhooks;
mod whatsapp_nodes;
mod world;
