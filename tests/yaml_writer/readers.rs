//! Readers of YAML that share no code with the writer.

use akcgen::base::{Text, Tree};
use granit_parser::{Event, Parser, ScalarStyle};
use serde::Deserialize;

/// Reads a stream with the descendant of libyaml, from which Go's YAML package descends too.
pub fn libyaml_stream(text: &str) -> Result<Vec<Tree>, String> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents
        .map(|document| from_libyaml(serde_yaml::Value::deserialize(document).map_err(|e| e.to_string())?))
        .collect()
}

pub fn libyaml(text: &str) -> Result<Tree, String> {
    only(libyaml_stream(text)?)
}

fn from_libyaml(value: serde_yaml::Value) -> Result<Tree, String> {
    use serde_yaml::Value;
    Ok(match value {
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Tree::Int(whole),
            None => Tree::Float(number.as_f64().filter(|_| number.is_f64()).ok_or(format!("{number} is too large"))?),
        },
        Value::String(text) => Tree::Str(text.into()),
        Value::Sequence(items) => Tree::Seq(items.into_iter().map(from_libyaml).collect::<Result<_, _>>()?),
        Value::Mapping(entries) => {
            let entry = |(key, value)| Ok((string_key(from_libyaml(key)?)?, from_libyaml(value)?));
            Tree::Map(entries.into_iter().map(entry).collect::<Result<_, String>>()?)
        }
        Value::Tagged(tagged) => return Err(format!("a tag: {}", tagged.tag)),
    })
}

/// What a plain scalar means.
type Schema = fn(&str) -> Result<Tree, String>;

/// Reads a stream with granit-parser, a reader of YAML 1.2, under the given schema.
pub fn granit_stream(text: &str, schema: Schema) -> Result<Vec<Tree>, String> {
    let events: Result<Vec<Event>, _> = Parser::new_from_str(text).map(|event| Ok(event?.0)).collect();
    let events = events.map_err(|error: granit_parser::ScanError| error.to_string())?;
    let mut events = events.into_iter().filter(|event| !matches!(event, Event::Comment(..)));
    let mut documents = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(..) => {
                let first = events.next().ok_or("no document")?;
                documents.push(node(first, &mut events, schema)?);
            }
            event => return Err(format!("{event:?} outside of a document")),
        }
    }
    Ok(documents)
}

pub fn granit(text: &str, schema: Schema) -> Result<Tree, String> {
    only(granit_stream(text, schema)?)
}

fn node<'a>(event: Event<'a>, events: &mut impl Iterator<Item = Event<'a>>, schema: Schema) -> Result<Tree, String> {
    match event {
        Event::Scalar(text, ScalarStyle::Plain, 0, None) => schema(&text),
        Event::Scalar(text, _, 0, None) => Ok(Tree::Str(text.into_owned().into())),
        Event::SequenceStart(_, 0, None) => {
            let mut items = Vec::new();
            loop {
                match events.next().ok_or("an open list")? {
                    Event::SequenceEnd => return Ok(Tree::Seq(items)),
                    event => items.push(node(event, events, schema)?),
                }
            }
        }
        Event::MappingStart(_, 0, None) => {
            let mut entries = Vec::new();
            loop {
                match events.next().ok_or("an open map")? {
                    Event::MappingEnd => return Ok(Tree::Map(entries)),
                    event => {
                        let key = string_key(node(event, events, schema)?)?;
                        let value = events.next().ok_or("a key without a value")?;
                        entries.push((key, node(value, events, schema)?));
                    }
                }
            }
        }
        event => Err(format!("{event:?}: an anchor, an alias or a tag")),
    }
}

fn string_key(key: Tree) -> Result<Text, String> {
    if let Tree::Str(key) = key { Ok(key) } else { Err(format!("the key {key:?} is not a string")) }
}

fn only(documents: Vec<Tree>) -> Result<Tree, String> {
    let [document] = <[Tree; 1]>::try_from(documents).map_err(|found| format!("{} documents", found.len()))?;
    Ok(document)
}

/// akcgen's own reader, stricter than any other: it reads back what akcgen writes, such as cards and allocations.
pub fn akcgen(text: &str) -> Result<serde_json::Value, String> {
    let (mut sources, mut diagnostics) = (akcgen::base::Sources::new(), akcgen::diag::Diagnostics::new());
    let file = sources.add("written.yaml".into(), text.into());
    match akcgen::source::read(&sources, file, &mut diagnostics) {
        Some(node) if diagnostics.is_empty() => Ok(node.to_json()),
        _ => Err(format!("{:?}", diagnostics.iter().map(|one| &one.message).collect::<Vec<_>>())),
    }
}
