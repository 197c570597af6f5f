//! The charts of the shipped blueprints under real Helm: the same objects as the manifests, in every environment; values
//! that change exactly what `lifts.json` says; everything else refused. `AKCGEN_HELM` names the program, otherwise it is
//! the `helm` on the path; without one the tests fail.
#![cfg(feature = "outside-tools")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod charts;
#[path = "../yaml_writer/hostile.rs"]
#[allow(dead_code)]
mod hostile;
mod lifts;

use std::collections::{BTreeMap, BTreeSet};

use charts::{Bundle, Chart, Objects};
use serde_json::json;

const BLUEPRINTS: [&str; 2] = ["minimal", "akachain"];

/// The labels that only Helm puts on objects.
const OF_HELM: [&str; 2] = ["helm.sh/chart", "app.kubernetes.io/managed-by"];

fn each(mut check: impl FnMut(&Chart, &str)) {
    for name in BLUEPRINTS {
        let bundle = Bundle::of(name);
        let charts = bundle.charts();
        assert!(!charts.is_empty(), "{name} has charts");
        for chart in &charts {
            chart.environments().iter().for_each(|environment| check(chart, environment));
        }
    }
}

#[test]
fn every_chart_gives_the_objects_of_the_manifests() {
    let mut compared = 0;
    each(|chart, environment| compared += assert_equal(chart, environment));
    assert!(compared > 500, "{compared} objects");
}

/// Compares a chart with the manifests and counts the objects.
fn assert_equal(chart: &Chart, environment: &str) -> usize {
    let rendered = without_helms_own(chart.render(environment, None));
    let manifests = chart.manifests(environment);
    let names = |objects: &Objects| objects.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&rendered), names(&manifests), "{chart} in {environment}");
    for (name, object) in &manifests {
        assert_eq!(lifts::changed(&rendered[name], object), BTreeSet::new(), "{chart} in {environment}: {name:?}");
        assert_eq!(&rendered[name], object, "{chart} in {environment}: {name:?}");
    }
    manifests.len()
}

/// Texts that templates and YAML could misread, in every place where the blueprint takes any text: the same in both
/// environments, other ones in each, and in one alone.
#[test]
fn any_text_comes_through() {
    let templates = [
        "{{",
        "}}",
        "{{{",
        "a {{- b -}} c",
        "{{ fail \"x\" }}\n{{ .Values.x }}\n",
        "{",
        "{{/* x */}}",
        "production",
        "x-production {{",
    ];
    let texts: Vec<&str> =
        hostile::TRAPS.iter().copied().filter(|text| !text.contains('\0')).chain(templates).collect();
    let named = |make: &dyn Fn(usize) -> String, shift: usize| -> serde_json::Map<String, serde_json::Value> {
        let value = |at: usize| {
            json!(texts[(at + shift) % texts.len()].replace("production", ["production", "staging"][shift.min(1)]))
        };
        (0..texts.len()).map(|at| (make(at), value(at))).collect()
    };
    let (variable, path) = (|at: usize| format!("V{at}"), |at: usize| format!("/etc/any/{at}.txt"));
    let service = |shift: usize| {
        json!({"image": "any/thing:1", "arguments": texts[shift..],
        "configuration": named(&variable, shift), "files": named(&path, shift)})
    };
    let same = json!({"image": "any/thing:1", "arguments": texts, "configuration": named(&variable, 0), "files": named(&path, 0)});
    let services = json!({"same": same, "each": service(0)});
    let staging = json!({"each": service(1), "staging-only": service(2)});
    let groups = |services: serde_json::Value| json!({"application": {"groups": {"any": {"services": services}}}});
    let mut buyer = groups(services);
    buyer["domain"] = json!("buyer.example");
    // Notes are templates, too, which Helm reads even where it does not show them.
    buyer["title"] = json!("{{ fail \"x\" }} {{/* {{{");
    buyer["target"] = json!("eks");
    buyer["eks"] = json!({"account": "111122223333", "region": "eu-central-1"});
    let mut other = groups(staging);
    other["eks"] = json!({"account": "444455556666"});
    let blueprint = json!({"blueprint": "v1", "name": "any", "organizations": {"buyer": buyer}, "ordering": {"orderers": {"buyer": 3}},
        "channels": {"trade": ["buyer"]}, "environments": {"production": {}, "staging": {"domains": "staging.{domain}", "organizations": {"buyer": other}}}});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("any.yaml");
    let mut text = String::new();
    akcgen::text::yaml::write(&akcgen::base::Tree::try_from(blueprint).unwrap(), &mut text);
    std::fs::write(&file, text).unwrap();
    let bundle = Bundle::compiled(&file);
    for chart in bundle.charts() {
        chart.environments().iter().for_each(|environment| assert!(assert_equal(&chart, environment) > 10));
    }
}

/// `helm test --logs` looks for pods in the namespace of the release alone.
#[test]
fn tests_stand_in_one_namespace_and_reach_databases_as_their_setup_does() {
    let text = std::fs::read_to_string(support::repository("blueprints/akachain.yaml")).unwrap();
    let range = "cidr: 10.32.0.0/16";
    assert!(text.contains(range) && text.contains("general: {minimum"));
    let text = text.replace("general: {minimum", "general: {instanceType: m6i.large, minimum");
    let text = text.replace("target: pks", "target: eks").replace("target: plain", "target: eks");
    let text = text.replace(range, &format!("{range}\n      securityGroupsForPods: true"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("blueprint.yaml"), text).unwrap();
    let bundle = Bundle::compiled(&folder.path().join("blueprint.yaml"));
    for chart in bundle.charts() {
        let objects = chart.render("production", None);
        let hooks = objects.iter().filter(|(_, object)| !object["metadata"]["annotations"]["helm.sh/hook"].is_null());
        let hooks: Vec<_> = hooks.map(|([_, kind, namespace, name], _)| (kind.as_str(), namespace, name)).collect();
        let namespaces: BTreeSet<_> = hooks.iter().map(|(_, namespace, _)| namespace).collect();
        assert_eq!(namespaces.len(), 1, "{chart}: {hooks:?}");
        let of = |wanted: &str| -> BTreeSet<_> {
            let found = hooks.iter().filter(|(kind, _, name)| *kind == wanted && name.contains("sql"));
            found.map(|(_, _, name)| name).collect()
        };
        assert_eq!(of("Pod"), of("NetworkPolicy"), "{chart}");
        assert!(!of("Pod").is_empty(), "{chart}");
        let firewalled = chart.to_string().starts_with("member-one");
        assert_eq!(of("SecurityGroupPolicy"), if firewalled { of("Pod") } else { BTreeSet::new() }, "{chart}");
    }
}

/// The objects without hooks and without what Helm marks its objects with, which every one must have.
fn without_helms_own(objects: Objects) -> Objects {
    let of_release = |(_, object): &(_, serde_json::Value)| object["metadata"]["annotations"]["helm.sh/hook"].is_null();
    let mut kept: Objects = objects.into_iter().filter(of_release).collect();
    for (name, object) in &mut kept {
        let labels = object["metadata"]["labels"].as_object_mut().unwrap();
        for label in OF_HELM {
            assert!(labels.shift_remove(label).is_some(), "{name:?} has no {label}");
        }
        for part in ["/spec/selector", "/spec/template/metadata/labels"] {
            let text = object.pointer(part).map(ToString::to_string).unwrap_or_default();
            assert!(!OF_HELM.iter().any(|label| text.contains(label)), "{name:?}: {part} changes with a release");
        }
    }
    kept
}

#[test]
fn every_chart_is_clean() {
    each(|chart, environment| {
        let told = chart.lint(environment);
        assert!(told.contains("0 chart(s) failed"), "{chart} in {environment}: {told}");
    });
}

#[test]
fn values_change_what_the_table_says_and_nothing_else() {
    let mut tried = 0;
    each(|chart, environment| {
        let before = chart.render(environment, None);
        let rows = lifts::rows(chart);
        let after = chart.render(environment, Some(&lifts::examples(&rows)));
        let of_release = |objects: &Objects| without_helms_own(objects.clone());
        let (before, after) = (of_release(&before), of_release(&after));
        let mut changed: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for (name, object) in &after {
            let paths = lifts::changed(&before[name], object);
            if !paths.is_empty() {
                changed.insert(name.clone(), paths);
            }
        }
        assert_eq!(changed, lifts::expected(&rows, environment, &after), "{chart} in {environment}");
        tried += rows.len();
    });
    assert!(tried > 1000, "{tried} values");
}

#[test]
fn what_is_no_value_is_refused_by_its_name() {
    let bundle = Bundle::of("akachain");
    let charts = bundle.charts();
    let chart = charts.iter().find(|chart| chart.to_string() == "akachain-application").unwrap();
    let refused = |values: serde_json::Value| chart.refusal("staging", &values);
    for (values, named) in [
        (json!({"orderz": {}}), "'orderz'"),
        (json!({"orders": {"imagee": {}}}), "'imagee'"),
        (json!({"orders": {"image": {"tag": 1}}}), "/orders/image/tag"),
        (json!({"orders": {"image": {"tag": "", "digest": ""}}}), "/orders/image"),
        (json!({"orders": {"resources": {"limits": {"cpu": "much"}}}}), "/orders/resources/limits/cpu"),
        (json!({"orders": {"autoscaling": {"minReplicas": null}}}), "'minReplicas'"),
        (json!({"orders": {"service": null}}), "'service'"),
        (json!({"orders": null}), "'orders'"),
        (json!({"hosts": null}), "'hosts'"),
        (json!({"orders": {"podAnnotations": {"akcgen.io/configuration": "x"}}}), "akcgen.io/configuration"),
        (json!({"environment": "stagin"}), "/environment"),
        (json!({"hosts": {"portal": "no dot"}}), "/hosts/portal"),
        // A record of this name would lead the other organizations' peers to a page.
        (json!({"hosts": {"portal": "peer0.staging.akachain.example"}}), "/hosts/portal"),
    ] {
        let told = refused(values.clone());
        assert!(told.contains(named), "{values}: {told}");
    }
    let told = chart.refusal_without_environment();
    assert!(told.contains("'environment'"), "{told}");
    assert!(!chart.render("staging", Some(&json!({"global": {"any": "thing"}}))).is_empty());
}
