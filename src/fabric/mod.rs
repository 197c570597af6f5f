//! What akcgen knows of Hyperledger Fabric and of the programs that stand beside it: tables of ports, images, users,
//! paths and commands, and their configuration files as types. A noun room: it decides nothing about a consortium.

pub mod commands;
pub mod images;
pub mod paths;
pub mod ports;
pub mod users;
