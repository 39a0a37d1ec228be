//! From tree-sitter's tree to a [`Script`]: an allow-list of node kinds.

use std::collections::HashMap;

use tree_sitter::Node as Tree;

use super::facts::Unknown;
use super::grammar;
use super::syntax::{Command, Node, Pipeline, Redirect, RedirectKind, Script, Stage, Word};
use super::word;

/// Deepest tree that is walked, in nodes: the walk's stack grows with it.
const TREE_DEPTH_MAX: usize = 120;
/// Most nodes of one tree.
const NODES_MAX: usize = 40_000;
/// Most `${…}` of one text: the parser takes long over many that are open.
const EXPANSIONS_MAX: usize = 256;
/// A script, and why it is not the whole of what the text says.
#[derive(Debug, Default)]
pub(super) struct Lowered {
    pub(super) script: Script,
    pub(super) unknown: Option<Unknown>,
    /// `$IFS` stands for a space, or a brace expansion stands for a command.
    pub(super) tricks: bool,
}

/// What lowering knows on its way through the text.
pub(super) struct Lowering<'t> {
    pub(super) text: &'t str,
    /// The variables that the text gives one literal value.
    pub(super) variables: HashMap<String, Option<String>>,
    /// Bytes that expansions added.
    pub(super) expanded: usize,
    pub(super) out: Lowered,
}

/// Parses a text and lowers it.
pub(super) fn lower(text: &str) -> Lowered {
    let mut out = Lowered::default();
    if text.chars().any(|c| c < '\u{8}') {
        out.unknown = Some(Unknown::ParseError);
        out.tricks = true;
        return out;
    }
    if text.matches("${").count() > EXPANSIONS_MAX {
        out.unknown = Some(Unknown::TooLong);
        return out;
    }
    let Some(tree) = grammar::parse(text) else {
        out.unknown = Some(Unknown::TooLong);
        return out;
    };
    let mut lowering = Lowering {
        text,
        variables: HashMap::new(),
        expanded: 0,
        out,
    };
    let root = tree.root_node();
    if root.has_error() {
        lowering.unknown(Unknown::ParseError);
        lowering.out.tricks = has_brace_command(text);
    }
    if let Some(why) = lowering.survey(root) {
        lowering.unknown(why);
        return lowering.out;
    }
    let mut script = Script::default();
    lowering.statement(root, &mut script.pipelines);
    lowering.out.script = script;
    lowering.out
}

/// Whether some command begins with a brace expansion, which the grammar does not read.
fn has_brace_command(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let starts = text.get(..at).is_none_or(|head| {
            head.trim_end()
                .chars()
                .next_back()
                .is_none_or(|c| "\n;&|(`".contains(c))
        });
        let body = text.get(at + 1..).unwrap_or_default();
        let word = body
            .split(|c: char| c.is_whitespace())
            .next()
            .unwrap_or_default();
        starts && word.contains(',')
    })
}

impl<'t> Lowering<'t> {
    pub(super) fn unknown(&mut self, why: Unknown) {
        self.out.unknown.get_or_insert(why);
    }

    pub(super) fn raw(&self, node: Tree<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// Goes over the whole tree without recursion: its depth, its size, and which variables have
    /// more than one value.
    fn survey(&mut self, root: Tree<'_>) -> Option<Unknown> {
        let mut cursor = root.walk();
        let (mut depth, mut nodes) = (0_usize, 0_usize);
        let mut assigned: HashMap<&str, usize> = HashMap::new();
        loop {
            nodes += 1;
            if nodes > NODES_MAX {
                return Some(Unknown::TooLong);
            }
            if depth > TREE_DEPTH_MAX {
                return Some(Unknown::TooDeep);
            }
            let node = cursor.node();
            if matches!(node.kind(), "variable_assignment" | "for_statement")
                && let Some(name) = node
                    .child_by_field_name("name")
                    .or(node.child_by_field_name("variable"))
            {
                let extended = self
                    .text
                    .get(name.end_byte()..)
                    .is_some_and(|rest| rest.starts_with("+="));
                *assigned.entry(self.raw(name)).or_default() +=
                    if extended || node.kind() == "for_statement" {
                        2
                    } else {
                        1
                    };
            }
            if cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    let many = assigned.into_iter().filter(|(_, times)| *times > 1);
                    self.variables
                        .extend(many.map(|(name, _)| (name.to_owned(), None)));
                    return None;
                }
                depth = depth.saturating_sub(1);
            }
        }
    }

    pub(super) fn children(node: Tree<'_>) -> Vec<Tree<'_>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).collect()
    }

    /// The statements below a node.
    pub(super) fn script(&mut self, node: Tree<'_>) -> Script {
        let mut script = Script::default();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.statement(child, &mut script.pipelines);
        }
        script
    }

    fn statement(&mut self, node: Tree<'_>, out: &mut Vec<Pipeline>) {
        match node.kind() {
            "program"
            | "list"
            | "negated_command"
            | "do_group"
            | "else_clause"
            | "elif_clause"
            | "case_item"
            | "variable_assignments"
            | "ERROR" => {
                let mut cursor = node.walk();
                for child in node.named_children(&mut cursor) {
                    self.statement(child, out);
                }
            }
            "comment"
            | "heredoc_start"
            | "heredoc_end"
            | "variable_name"
            | "file_descriptor"
            | "extglob_pattern"
            | "special_variable_name" => {}
            "pipeline" => {
                let mut pipeline = Pipeline::default();
                self.stages(node, &mut pipeline);
                out.push(pipeline);
            }
            _ => {
                let mut pipeline = Pipeline::default();
                self.stages(node, &mut pipeline);
                if !pipeline.stages.is_empty() {
                    out.push(pipeline);
                }
            }
        }
    }

    /// Appends the stages that a node is.
    fn stages(&mut self, node: Tree<'_>, out: &mut Pipeline) {
        match node.kind() {
            "pipeline" => {
                let mut cursor = node.walk();
                for child in node.named_children(&mut cursor) {
                    self.stages(child, out);
                }
            }
            "redirected_statement" => self.redirected(node, out),
            "command" | "declaration_command" | "unset_command" | "variable_assignment" => {
                let mut redirects = Vec::new();
                let mut after = Pipeline::default();
                let command = self.command(node, &mut redirects, &mut after);
                out.stages.push(Stage {
                    node: Node::Command(command),
                    redirects,
                });
                out.stages.append(&mut after.stages);
            }
            "function_definition" => {
                let name = node
                    .child_by_field_name("name")
                    .map(|name| self.raw(name))
                    .unwrap_or_default();
                let body = node
                    .child_by_field_name("body")
                    .map(|body| self.script(body))
                    .unwrap_or_default();
                let node = Node::Function(name.to_owned(), body);
                out.stages.push(Stage {
                    node,
                    redirects: Vec::new(),
                });
            }
            "subshell"
            | "compound_statement"
            | "if_statement"
            | "while_statement"
            | "for_statement"
            | "c_style_for_statement"
            | "case_statement"
            | "list"
            | "negated_command"
            | "test_command" => {
                let script = self.script(node);
                out.stages.push(Stage {
                    node: Node::Group(script),
                    redirects: Vec::new(),
                });
            }
            "comment" => {}
            _ => self.expression(node, out),
        }
    }

    /// A condition, a number or a word that is no command: only what it substitutes runs.
    fn expression(&mut self, node: Tree<'_>, out: &mut Pipeline) {
        let word = word::word(self, node);
        for script in word.scripts {
            out.stages.push(Stage {
                node: Node::Group(script),
                redirects: Vec::new(),
            });
        }
    }

    fn redirected(&mut self, node: Tree<'_>, out: &mut Pipeline) {
        let mut redirects = Vec::new();
        let mut after = Pipeline::default();
        let mut body = Pipeline::default();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "file_redirect" | "heredoc_redirect" | "herestring_redirect" => {
                    self.redirect(child, &mut redirects, &mut after);
                }
                _ => self.stages(child, &mut body),
            }
        }
        match body.stages.last_mut() {
            Some(stage) => stage.redirects.extend(redirects),
            None => body.stages.push(Stage {
                node: Node::Command(Command::default()),
                redirects,
            }),
        }
        out.stages.append(&mut body.stages);
        out.stages.append(&mut after.stages);
    }

    /// One redirection. A here-document's node also holds what follows on its line: `after`.
    fn redirect(&mut self, node: Tree<'_>, redirects: &mut Vec<Redirect>, after: &mut Pipeline) {
        let mut cursor = node.walk();
        let operator = node
            .children(&mut cursor)
            .find(|child| !child.is_named())
            .map(|child| child.kind())
            .unwrap_or_default();
        match node.kind() {
            "file_redirect" => {
                let mut cursor = node.walk();
                let targets: Vec<_> = node
                    .children_by_field_name("destination", &mut cursor)
                    .collect();
                for target in targets {
                    let target = word::word(self, target);
                    let duplicates = operator.ends_with('&')
                        && target.text.chars().all(|c| c.is_ascii_digit() || c == '-');
                    if duplicates {
                        continue;
                    }
                    let kind = if operator.contains('>') {
                        RedirectKind::Write
                    } else {
                        RedirectKind::Read
                    };
                    redirects.push(Redirect { kind, target });
                }
            }
            "herestring_redirect" => {
                for child in Self::children(node) {
                    let target = word::word(self, child);
                    redirects.push(Redirect {
                        kind: RedirectKind::Text,
                        target,
                    });
                }
            }
            _ => self.here_document(node, redirects, after),
        }
    }

    fn here_document(
        &mut self,
        node: Tree<'_>,
        redirects: &mut Vec<Redirect>,
        after: &mut Pipeline,
    ) {
        let mut cursor = node.walk();
        let children: Vec<_> = node.named_children(&mut cursor).collect();
        let quoted = children.iter().any(|child| {
            child.kind() == "heredoc_start" && self.raw(*child).contains(['\'', '"', '\\'])
        });
        for child in children {
            // Two such ends may look alike to the parser and not to the shell.
            if child.kind() == "heredoc_start" && !self.raw(child).is_ascii() {
                self.unknown(Unknown::ParseError);
                self.out.tricks = true;
            }
            match child.kind() {
                "heredoc_start" | "heredoc_end" | "comment" => {}
                "heredoc_body" => {
                    let target = if quoted {
                        Word::literal(self.raw(child))
                    } else {
                        word::here_document(self, child)
                    };
                    redirects.push(Redirect {
                        kind: RedirectKind::Text,
                        target,
                    });
                }
                "file_redirect" | "herestring_redirect" => self.redirect(child, redirects, after),
                "word" | "string" | "raw_string" | "concatenation" | "number" => {}
                _ => self.stages(child, after),
            }
        }
    }

    fn command(
        &mut self,
        node: Tree<'_>,
        redirects: &mut Vec<Redirect>,
        after: &mut Pipeline,
    ) -> Command {
        let mut command = Command::default();
        match node.kind() {
            "declaration_command" => command.words.push(Word::literal("export")),
            "unset_command" => command.words.push(Word::literal("unset")),
            "variable_assignment" => {
                self.assignment(node, &mut command);
                return command;
            }
            _ => {}
        }
        let mut cursor = node.walk();
        let mut end = None;
        for child in node.named_children(&mut cursor) {
            // Two words without a blank between are one to a shell.
            let touches = end.replace(child.end_byte()) == Some(child.start_byte());
            if touches && child.kind() == "word" {
                self.join(child, &mut command);
                continue;
            }
            match child.kind() {
                "variable_assignment" => self.assignment(child, &mut command),
                "file_redirect" | "heredoc_redirect" | "herestring_redirect" => {
                    self.redirect(child, redirects, after)
                }
                "command_name" => {
                    for part in Self::children(child) {
                        let word = word::word(self, part);
                        command.words.push(word);
                    }
                }
                "comment" => {}
                _ => {
                    let word = word::word(self, child);
                    command.words.push(word);
                }
            }
        }
        command.words = word::split_and_expand(self, std::mem::take(&mut command.words));
        self.forget_what_is_read(&command);
        command
    }

    /// Appends a word to the one that it touches: the grammar parts `$a:$b` before the second name.
    fn join(&mut self, node: Tree<'_>, command: &mut Command) {
        let first = command.words.len() < 2;
        match (command.words.last_mut(), command.assignments.last()) {
            (_, Some((name, _))) if first => {
                self.variables.insert(name.clone(), None);
            }
            (Some(before), _) => word::join(self, node, before),
            _ => self.unknown(Unknown::ParseError),
        }
    }

    fn assignment(&mut self, node: Tree<'_>, command: &mut Command) {
        let name = node
            .child_by_field_name("name")
            .map(|name| self.raw(name))
            .unwrap_or_default()
            .to_owned();
        let value = match node.child_by_field_name("value") {
            Some(value) => word::word(self, value),
            None => Word::default(),
        };
        let literal =
            value.is_literal() && value.text.len() <= word::VARIABLE_BYTES_MAX && !value.glob;
        // Arithmetic evaluates what the index of an array holds, wherever it meets the variable.
        if ["[$(", "[`"].iter().any(|index| value.text.contains(index)) {
            self.out.tricks = true;
            self.unknown(Unknown::DynamicArgument);
        }
        let known = literal.then(|| value.text.clone());
        self.variables.entry(name.clone()).or_insert(known);
        command.assignments.push((name, value));
    }

    /// What `read` and its kin put into a variable is only known when it runs.
    fn forget_what_is_read(&mut self, command: &Command) {
        let program = command
            .words
            .first()
            .map(|word| word.text.as_str())
            .unwrap_or_default();
        if matches!(
            program,
            "read"
                | "mapfile"
                | "readarray"
                | "getopts"
                | "printf"
                | "unset"
                | "source"
                | "."
                | "eval"
        ) {
            for word in command.words.iter().skip(1) {
                self.variables.insert(word.text.clone(), None);
            }
        }
    }
}
