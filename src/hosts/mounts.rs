//! Files and folders on the way into containers: the one list that Compose's mounts and Ansible's files are made from.

use std::collections::BTreeSet;

use super::HostFile;
use super::laid::{CONFIGURATION, Copied, FromVault, Laid, Template};
use super::model::{Copy, Model, Project};
use crate::base::Origin;
use crate::base::bounded::numbered;
use crate::configure::{File, FileContent, VariableValue};
use crate::text::lines::Lines;

/// Something of the host's that a container sees.
pub(super) struct Mount<'a> {
    /// Its path on the host.
    pub source: String,
    /// Its path in the container.
    pub target: &'a str,
    pub content: Content<'a>,
    pub origin: Origin,
}

/// What is mounted.
pub(super) enum Content<'a> {
    /// A folder that outlives the container.
    Data,
    /// A file whose content everybody may see.
    Public(&'a File),
    /// A file that the vault holds: the secret's name there, and the key.
    Secret { secret: String, key: &'a str },
}

impl Mount<'_> {
    /// Whether the container may write to it.
    pub fn is_written(&self) -> bool {
        matches!(self.content, Content::Data)
    }
}

/// The folder of a project's configuration.
pub(super) fn project_folder(project: &Project) -> String {
    format!("{CONFIGURATION}/{}", project.name)
}

/// The folder of a copy's data.
pub(super) fn data_folder(model: &Model, project: &Project, copy: &Copy) -> String {
    format!("{}/{}/{}", model.site.data, project.name, copy.name())
}

/// The path below a project's folder of the variables of a container that come from the vault.
pub(super) fn variables(copy: &Copy, container: usize) -> Option<String> {
    Some(format!("environment/{}.secret.env", copy.services.get(container)?))
}

/// Everything that a container of a copy sees of its host, folders before files.
pub(super) fn mounts<'a>(model: &Model<'a>, project: &Project, copy: &Copy<'a>, container: usize) -> Vec<Mount<'a>> {
    let Some(own) = copy.workload.containers.get(container) else { return Vec::new() };
    let configuration = model.configuration(copy.id, container);
    let (folder, data) = (project_folder(project), data_folder(model, project, copy));
    let volumes = own.mounts.iter().filter_map(|(at, target)| {
        let volume = copy.workload.volumes.get(*at)?;
        let source = format!("{data}/{}", volume.name);
        Some(Mount { source, target, content: Content::Data, origin: volume.size.origin })
    });
    let service = copy.services.get(container).map_or("", String::as_str);
    let names = file_names(configuration.files.iter().map(|file| file.path.as_str()));
    let files = configuration.files.iter().zip(names).map(|(file, name)| Mount {
        source: format!("{folder}/files/{service}/{name}"),
        target: &file.path,
        content: Content::Public(file),
        origin: file.origin,
    });
    let secret_files = configuration.secret_files.iter().map(|file| Mount {
        // A secret's name has no dot.
        source: format!("{folder}/secrets/{service}/{}.{}", file.secret, file.key),
        target: &file.path,
        content: Content::Secret { secret: model.location(copy.workload, &file.secret), key: &file.key },
        origin: own.origin,
    });
    volumes.chain(files).chain(secret_files).collect()
}

/// A file's name for each path, all in one folder: Ansible makes no more folders than it must.
fn file_names<'b>(paths: impl Iterator<Item = &'b str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let name = |path: &str| {
        let name = path.trim_start_matches('/').replace('/', "_");
        // No program takes it for an option.
        let name = if name.starts_with('-') { format!("_{name}") } else { name };
        numbered(&name, '.', |name| taken.insert(name.to_owned()))
    };
    paths.map(name).collect()
}

/// Lays down what the containers of a copy see.
pub(super) fn lay(model: &Model, project: &Project, copy: &Copy, laid: &mut Laid) {
    for (at, container) in copy.workload.containers.iter().enumerate() {
        let service = copy.services.get(at).cloned().unwrap_or_default();
        for mount in mounts(model, project, copy, at) {
            match mount.content {
                Content::Data => laid.directory(&model.site.data, &mount.source, container.user, "0750"),
                Content::Public(file) => public(project, mount.source, file, laid),
                Content::Secret { secret, key } => {
                    laid.folder_of(&mount.source);
                    laid.secrets.push(FromVault {
                        secret,
                        key: key.to_owned(),
                        path: mount.source,
                        owner: container.user,
                        project: project.name.clone(),
                        services: vec![service.clone()],
                    });
                }
            }
        }
        template(model, project, copy, at, laid);
    }
}

fn public(project: &Project, path: String, file: &File, laid: &mut Laid) {
    let below = path.strip_prefix(&project_folder(project)).unwrap_or(&path);
    let source = format!("projects/{}{below}", project.name);
    laid.folder_of(&path);
    let (text, encoded) = match &file.content {
        FileContent::Text(text) => (text.clone(), false),
        FileContent::Binary(bytes) => (base64(bytes) + "\n", true),
    };
    let mut lines = Vec::new();
    if laid.traced {
        let own = |at: usize| file.lines.get(at).copied().unwrap_or(file.origin);
        lines = (0..text.lines().count()).map(own).collect();
    }
    laid.add(HostFile { path: format!("{}/{source}", laid.folder), text, lines });
    laid.copied.push(Copied { source, path, mode: "0444", encoded, origin: file.origin });
}

/// The variables of a container that come from the vault. Compose reads the file: within double quotes it takes
/// backslashes and dollars for more than they are (compose-go, dotenv/parser.go), so that both are doubled.
fn template(model: &Model, project: &Project, copy: &Copy, container: usize, laid: &mut Laid) {
    let Some(below) = variables(copy, container) else { return };
    let mut lines = Lines::new(laid.traced);
    lines.lines(QUOTED, ESCAPES);
    let mut named = Vec::new();
    for variable in &model.configuration(copy.id, container).environment {
        let VariableValue::Secret { secret, key } = &variable.value else { continue };
        let secret = model.location(copy.workload, secret);
        let value = format!("{{{{ quoted(vault_secrets['{secret}']['{key}']) }}}}");
        lines.line(format_args!("{}={value}", variable.name), variable.origin);
        named.push((secret, key.clone()));
    }
    if named.is_empty() {
        return;
    }
    let (source, path) =
        (format!("projects/{}/{below}.j2", project.name), format!("{}/{below}", project_folder(project)));
    laid.folder_of(&path);
    laid.add(HostFile::lines(format!("{}/{source}", laid.folder), lines));
    named.dedup();
    laid.templates.push(Template { source, path, secrets: named });
}

const ESCAPES: Origin = Origin::Rule("a variable's value reaches its program as the vault has it, whatever is in it");

/// A value in double quotes, as Docker Compose reads it back.
const QUOTED: &str = r#"{%- macro quoted(value) -%}
"{{ value | string | replace('\\', '\\\\') | replace('"', '\\"') | replace('$', '$$') | replace('\r', '\\r') | replace('\n', '\\n') }}"
{%- endmacro -%}
"#;

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let number = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = (number >> (18 - 6 * place)) & 63;
            text.push(if place <= group.len() { char::from(LETTERS[letter as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_are_encoded_as_the_standard_says() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfb, 0xef]), "//777w==");
    }
}
