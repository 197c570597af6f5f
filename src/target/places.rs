//! Every place of a target's files where expressions stand, with the names that they can use there.

use super::Template;
use super::definition::{Carried, Database, Definition, Entries, Hosts, On, OnKubernetes, Plain, Realisation};
use crate::base::Traced;
use crate::base::name::RelativePath;

/// Names that the first expressions can use, those from which zones and range become known.
const FIRST: &[&str] = &["environment", "consortium", "organization", "parameters"];
/// Names that every other expression can use.
const ALWAYS: &[&str] =
    &["environment", "consortium", "organization", "parameters", "zones", "network", "values", "bindings"];
const CLUSTER: &[&str] = &["cluster"];
const INFRA: &[&str] = &["cluster", "entries"];
const CONTROLLER: &[&str] = &["cluster", "images"];
const NAMESPACE: &[&str] = &["cluster", "namespace"];
const WORKLOAD: &[&str] = &["cluster", "workload"];
const BACKUP: &[&str] = &["cluster", "workload", "backup"];
const ENTRY: &[&str] = &["cluster", "workload", "entry"];
const SECRET: &[&str] = &["cluster", "secret"];
const DATABASE: &[&str] = &["cluster", "database"];
const DATABASE_DOCUMENT: &[&str] = &["cluster", "database", "images"];

/// Names: those always there, those of the place.
pub(super) type Names = (&'static [&'static str], &'static [&'static str]);

/// The places of a target.
#[derive(Default)]
pub(super) struct Places<'a> {
    /// Templates within `target.yaml`.
    pub templates: Vec<(&'a Template, Names)>,
    /// Files of templates.
    pub files: Vec<(&'a Traced<RelativePath>, Names)>,
}

impl<'a> Places<'a> {
    pub fn of(definition: &'a Definition) -> Self {
        let mut places = Places::default();
        places.whole(definition);
        places.needs(definition);
        places
    }

    fn whole(&mut self, definition: &'a Definition) {
        let network = &definition.network;
        match definition.on() {
            Some(On::Kubernetes(on)) => self.kubernetes(on),
            Some(On::Hosts(hosts)) => self.hosts(hosts),
            None => {}
        }
        let ranges = network.range.iter().chain(&network.services);
        self.templates.extend(ranges.map(|range| (range, (FIRST, &[][..]))));
        self.add(&definition.values, &[]);
        self.add(&definition.findings, &["clusters"]);
        self.add(&network.subnets, &[]);
        self.carried(&definition.namespaces, NAMESPACE);
        self.carried(&definition.workloads, WORKLOAD);
        self.carried(&definition.service_accounts, WORKLOAD);
        for controller in &definition.controllers {
            self.add(&controller.when, CLUSTER);
            self.add(controller.images.values(), CLUSTER);
            self.files(std::slice::from_ref(&controller.values), CONTROLLER);
        }
        for binding in definition.bindings.values() {
            self.add(&binding.command, &[]);
            self.templates.extend(binding.holds.iter().map(|holds| (holds, (FIRST, &[][..]))));
        }
    }

    fn kubernetes(&mut self, on: OnKubernetes<'a>) {
        let OnKubernetes { versions, clusters, nodes } = on;
        self.templates.push((&clusters.zones, (FIRST, &[])));
        self.add(&versions.r#use, &[]);
        self.add(&clusters.name, CLUSTER);
        self.add(&clusters.scope, &[]);
        self.add(&clusters.addresses, CLUSTER);
        self.add(&clusters.connect, CLUSTER);
        self.add(&clusters.add_ons, CLUSTER);
        self.files(&clusters.prelude, CLUSTER);
        self.files(&clusters.documents, CLUSTER);
        for file in clusters.infra.values() {
            self.files(std::slice::from_ref(&file.template), INFRA);
        }
        self.add(&nodes.default_type, &[]);
        self.add(&nodes.types, &[]);
        self.add(&nodes.allocatable.cpu, &["type"]);
        self.add(&nodes.allocatable.memory, &["type"]);
        self.add(&nodes.allocatable.pods, &["type"]);
        self.add(&nodes.allocatable.addresses, &["type"]);
        self.add(&nodes.system, CLUSTER);
    }

    fn hosts(&mut self, hosts: &'a Hosts) {
        let Hosts {
            servers,
            reserved,
            balancers,
            databases,
            administrators,
            data,
            containers,
            user,
            backups,
            shared_files,
        } = hosts;
        let first = databases.iter().chain(administrators);
        self.templates.extend(first.map(|template| (template, (FIRST, &[][..]))));
        for template in [servers, data, containers, user] {
            self.add(template, &[]);
        }
        for template in [reserved, balancers, backups, shared_files] {
            self.add(template, &[]);
        }
    }

    fn needs(&mut self, definition: &'a Definition) {
        let needs = &definition.needs;
        if let Some(volumes) = needs.block_volumes.details() {
            for template in [&volumes.ledger, &volumes.state, &volumes.files] {
                self.add(template.as_ref(), &[]);
            }
        }
        if let Some(files) = needs.shared_files.details() {
            self.add(&files.when, &[]);
            self.add(files.claim.as_ref(), NAMESPACE);
            self.files(&files.documents, NAMESPACE);
        }
        for database in [&needs.postgresql, &needs.mysql, &needs.streams] {
            self.database(database);
        }
        for entries in [&needs.grpc_entries, &needs.web_entries, &needs.private_entries, &needs.consortium_entries] {
            self.entries(entries);
        }
        self.plain(&needs.names, ENTRY);
        if let Some(secrets) = needs.secrets.details() {
            self.add(&secrets.location, SECRET);
            self.add(&secrets.manual, &[]);
            self.files(&secrets.documents, SECRET);
        }
        self.plain(&needs.identities, WORKLOAD);
        self.plain(&needs.keys, CLUSTER);
        self.plain(&needs.node_autoscaling, CLUSTER);
        self.plain(&needs.backups, BACKUP);
    }

    fn database(&mut self, database: &'a Realisation<Database>) {
        let Some(database) = database.details() else { return };
        self.add(&database.when, &[]);
        self.add(&database.host, &[]);
        self.add(&database.port, &[]);
        self.add(&database.authority, &[]);
        self.add(&database.ranges, &[]);
        self.add(&database.pods, &[]);
        self.add(&database.flows, &[]);
        self.add(&database.secrets, DATABASE);
        self.add(&database.commands, DATABASE);
        self.add(database.images.values(), &[]);
        self.files(&database.documents, DATABASE_DOCUMENT);
    }

    fn entries(&mut self, entries: &'a Realisation<Entries>) {
        let Some(entries) = entries.details() else { return };
        self.add(&entries.when, &[]);
        self.add(&entries.ranges, &[]);
        self.add(&entries.manual, &[]);
        if let Some(service) = &entries.service {
            self.add(&service.when, ENTRY);
            self.add(&service.class, ENTRY);
            self.add(&service.annotations, ENTRY);
            self.add(&service.source_ranges, ENTRY);
        }
        if let Some(ingress) = &entries.ingress {
            self.add(&ingress.class, ENTRY);
            self.add(&ingress.pods, &[]);
            self.add(&ingress.annotations, ENTRY);
            self.add(&ingress.tls_secret, ENTRY);
        }
        self.files(&entries.documents, ENTRY);
    }

    fn plain(&mut self, plain: &'a Realisation<Plain>, names: &'static [&'static str]) {
        let Some(plain) = plain.details() else { return };
        self.add(&plain.when, &[]);
        self.files(&plain.documents, names);
    }

    fn carried(&mut self, carried: &'a Carried, names: &'static [&'static str]) {
        self.add(&carried.labels, names);
        self.add(&carried.annotations, names);
        self.files(&carried.documents, names);
    }

    fn add(&mut self, template: impl IntoIterator<Item = &'a Template>, names: &'static [&'static str]) {
        self.templates.extend(template.into_iter().map(|template| (template, (ALWAYS, names))));
    }

    fn files(&mut self, files: &'a [Traced<RelativePath>], names: &'static [&'static str]) {
        self.files.extend(files.iter().map(|file| (file, (ALWAYS, names))));
    }
}

/// One template is an iterator of one.
impl<'a> IntoIterator for &'a Template {
    type Item = &'a Template;
    type IntoIter = std::iter::Once<&'a Template>;
    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}
