#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

fn host(name: &str, domains: &[&str], cpu: u64) -> Host {
    let domains = domains.iter().map(|domain| (*domain).to_owned()).collect();
    Host { name: name.to_owned(), domains, room: Room { cpu, memory: 64_000, disk: 500_000 }, takes: 1 }
}

fn item(name: &str, family: &str, cpu: u64) -> Item {
    let room = Room { cpu, memory: 1000, disk: 0 };
    Item { name: name.to_owned(), room, kind: 1, family: family.to_owned(), apart: true, kept: None }
}

fn names(hosts: &[Host], placed: &[Result<(usize, Reason), Lack>]) -> Vec<String> {
    placed.iter().map(|one| hosts[one.unwrap().0].name.clone()).collect()
}

fn hall() -> Vec<Host> {
    [("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b"), ("c1", "c")]
        .map(|(name, room)| host(name, &[room], 8000))
        .into()
}

#[test]
fn siblings_stand_apart_by_room_first_and_then_where_most_room_is_left() {
    let hosts = hall();
    let items = ["p0", "p1", "p2", "p3"].map(|name| item(name, "peer", 1000));
    assert_eq!(names(&hosts, &place(&hosts, &items)), ["a1", "b1", "c1", "a2"]);
}

#[test]
fn the_order_of_items_and_hosts_changes_nothing() {
    let hosts = hall();
    let items: Vec<Item> = (0..9).map(|at| item(&format!("i{at}"), ["x", "y", "z"][at % 3], 500)).collect();
    let told = |hosts: &[Host], items: &[Item]| -> BTreeMap<String, String> {
        let placed = place(hosts, items);
        items.iter().map(|item| item.name.clone()).zip(names(hosts, &placed)).collect()
    };
    let first = told(&hosts, &items);
    let (mut other_hosts, mut other_items) = (hosts.clone(), items.clone());
    other_hosts.reverse();
    other_items.rotate_left(4);
    assert_eq!(told(&other_hosts, &other_items), first);
}

#[test]
fn what_has_a_place_keeps_it_and_others_go_around_it() {
    let hosts = hall();
    let mut items = ["p0", "p1"].map(|name| item(name, "peer", 1000)).to_vec();
    items[1].kept = Some(0);
    let placed = place(&hosts, &items);
    assert_eq!(names(&hosts, &placed), ["b1", "a1"]);
    assert_eq!(placed[1].unwrap().1, Reason::Kept);
    assert_eq!(placed[0].unwrap().1, Reason::Chosen { among: 4, siblings: 0 });
}

#[test]
fn what_finds_no_place_is_told_why() {
    let hosts = [host("a1", &["a"], 2000)];
    let mut items = vec![item("p0", "peer", 1000), item("p1", "peer", 500)];
    assert_eq!(place(&hosts, &items)[1], Err(Lack::Apart));
    assert_eq!(place(&hosts, &[item("p0", "peer", 3000)])[0], Err(Lack::Room));
    items[0].kind = 2;
    assert_eq!(place(&hosts, &items)[0], Err(Lack::Kind));
}

#[test]
fn a_rack_of_one_room_is_none_of_another() {
    let hosts = [("a1", "a"), ("a2", "a"), ("b1", "b")].map(|(name, room)| host(name, &[room, "rack-1"], 8000));
    let items = ["p0", "p1"].map(|name| item(name, "peer", 1000));
    assert_eq!(names(&hosts, &place(&hosts, &items)), ["a1", "b1"]);
}

#[test]
fn a_domain_with_more_than_half_holds_the_majority() {
    let hosts = hall();
    assert_eq!(majority(&hosts, &[0, 1, 2]), Some("a"));
    assert_eq!(majority(&hosts, &[0, 2, 4]), None);
    assert_eq!(majority(&hosts, &[0, 1]), None, "two decide nothing by majority");
    let alike = [host("a", &[], 1), host("b", &["a"], 1), host("c", &["c"], 1)];
    assert_eq!(majority(&alike, &[0, 1, 2]), None, "a host is no room of its name");
}
