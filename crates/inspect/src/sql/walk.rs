//! The walk over every node of the tree. What it does not list is not known.

use std::ops::ControlFlow;
use std::ptr;

use sqlparser::ast::{
    Expr, Function, Ident, ObjectName, PipeOperator, Query, Select, SetExpr, Statement,
    TableFactor, Visit, Visitor, With,
};

use super::dynamic::Inner;
use super::functions::{self, Judged};
use super::{Dialect, Effect, Facts, Hazard, Unknown, relations, statement, words};

pub(super) fn walk(statements: &[Statement], facts: &mut Facts, inner: &mut Inner) {
    for statement in statements {
        let mut walk = Walk {
            facts,
            inner,
            scopes: Vec::new(),
            targets: Vec::new(),
            planned: 0,
        };
        let ControlFlow::Continue(()) = statement.visit(&mut walk);
    }
}

/// What the walk knows on its way.
pub(super) struct Walk<'f> {
    pub(super) facts: &'f mut Facts,
    /// Texts that the statements run.
    pub(super) inner: &'f mut Inner,
    /// Common table expressions of the queries around this node.
    scopes: Vec<Scope>,
    /// Names that are written: the walk meets them once more as relations, and they are not read.
    targets: Vec<*const ObjectName>,
    /// How many EXPLAINs without ANALYZE are around: what they explain does not run.
    planned: usize,
}

/// The WITH of one query. A common table expression is a name for those that follow it; before, and
/// within itself without RECURSIVE, its name is that of a relation.
struct Scope {
    query: *const Query,
    tables: Vec<(String, *const Query)>,
    visible: usize,
    recursive: bool,
}

impl Walk<'_> {
    pub(super) const fn dialect(&self) -> Dialect {
        self.facts.dialect
    }

    /// Adds what happens when the statement runs.
    pub(super) fn effect(&mut self, effect: Effect) {
        if self.planned == 0 || effect == Effect::Explain {
            self.facts.effects.insert(effect);
        } else {
            self.facts.effects.insert(Effect::Read);
        }
    }

    pub(super) fn effects(&mut self, effects: &[Effect]) {
        for &effect in effects {
            self.effect(effect);
        }
    }

    pub(super) fn hazard(&mut self, hazard: Hazard) {
        self.facts.hazards.insert(hazard);
    }

    pub(super) fn unlisted(&mut self) {
        self.facts.not_known(Unknown::UnlistedNode);
    }

    pub(super) fn unfiltered(&mut self) {
        self.facts.unfiltered |= self.planned == 0;
    }

    pub(super) fn plan(&mut self) {
        self.planned += 1;
    }

    /// A relation that the statement changes, and that the walk is yet to meet.
    pub(super) fn target(&mut self, name: &ObjectName) {
        self.targets.push(ptr::from_ref(name));
        self.writes(name);
    }

    /// An object that the statement changes.
    pub(super) fn writes(&mut self, name: &ObjectName) {
        let text = self.name(name);
        if self.planned > 0 {
            self.facts.reads.insert(text);
            return;
        }
        if self.is_local(name) {
            // SQL Server writes through a common table expression to what it reads.
            self.facts.writes.extend(self.facts.reads.iter().cloned());
        }
        self.facts.hazards.extend(relations::hazards(&text, true));
        self.facts.writes.insert(text);
    }

    pub(super) fn reads(&mut self, name: &ObjectName) {
        if self.is_local(name) {
            return;
        }
        let text = self.name(name);
        self.facts.hazards.extend(relations::hazards(&text, false));
        self.facts.reads.insert(text);
    }

    fn name(&mut self, name: &ObjectName) -> String {
        // Server, database, schema, table: a linked server is asked.
        if self.dialect() == Dialect::SqlServer && name.0.len() > 3 {
            self.hazard(Hazard::RemoteConnection);
        }
        if relations::is_computed(name) {
            self.hazard(Hazard::DynamicSql);
            self.unlisted();
        }
        relations::normal(name, self.dialect())
    }

    /// Whether the name is that of a common table expression here.
    fn is_local(&self, name: &ObjectName) -> bool {
        let [part] = name.0.as_slice() else {
            return false;
        };
        let Some(ident) = part.as_ident() else {
            return false;
        };
        let name = relations::folded(ident, self.dialect());
        self.scopes.iter().any(|scope| {
            let seen = scope.tables.iter().take(scope.visible);
            seen.into_iter().any(|(table, _)| *table == name)
        })
    }

    /// A call of a function or a procedure by name. Whether it is pure.
    pub(super) fn call(&mut self, name: &ObjectName) -> bool {
        let text = relations::normal(name, self.dialect()).to_lowercase();
        match functions::judge(&text, self.dialect()) {
            Judged::Pure => return true,
            Judged::Known(effects, hazards) => {
                self.effects(effects);
                self.facts.hazards.extend(hazards);
            }
            Judged::Unlisted => {
                self.effect(Effect::Call);
                self.facts.not_known(Unknown::UnlistedFunction);
            }
        }
        self.facts.functions.insert(text);
        false
    }

    pub(super) fn call_of(&mut self, function: &Function) {
        self.call(&function.name);
    }

    /// `TABLE name`, which the walk does not show as a relation.
    fn tables(&mut self, mut body: &SetExpr) {
        loop {
            let last = match body {
                SetExpr::SetOperation { left, right, .. } => {
                    body = left;
                    &**right
                }
                last => last,
            };
            if let SetExpr::Table(table) = last {
                let parts = [&table.schema_name, &table.table_name];
                let name: Vec<Ident> = parts.into_iter().flatten().cloned().collect();
                self.reads(&ObjectName::from(name));
            }
            if ptr::eq(last, body) {
                return;
            }
        }
    }

    fn enter(&mut self, query: &Query) {
        if let Some(scope) = self.scopes.last_mut()
            && let Some(at) = scope.position(query)
        {
            let all = scope.tables.len();
            scope.visible = if scope.recursive { all } else { at };
        }
        let dialect = self.dialect();
        self.scopes.push(Scope::of(query, dialect));
    }

    fn leave(&mut self, query: &Query) {
        if self
            .scopes
            .last()
            .is_some_and(|scope| ptr::eq(scope.query, query))
        {
            self.scopes.pop();
        }
        if let Some(scope) = self.scopes.last_mut()
            && let Some(at) = scope.position(query)
        {
            scope.visible = scope.visible.max(at + 1);
        }
    }
}

impl Scope {
    fn of(query: &Query, dialect: Dialect) -> Self {
        let (tables, recursive) = match &query.with {
            Some(with) => (names(with, dialect), with.recursive),
            None => (Vec::new(), false),
        };
        Self {
            query: ptr::from_ref(query),
            tables,
            visible: 0,
            recursive,
        }
    }

    fn position(&self, query: &Query) -> Option<usize> {
        let mut tables = self.tables.iter();
        tables.position(|&(_, body)| ptr::eq(body, query))
    }
}

fn names(with: &With, dialect: Dialect) -> Vec<(String, *const Query)> {
    let mut tables = Vec::new();
    for table in &with.cte_tables {
        let name = relations::folded(&table.alias.name, dialect);
        tables.push((name, ptr::from_ref(&*table.query)));
    }
    tables
}

impl Visitor for Walk<'_> {
    type Break = std::convert::Infallible;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Self::Break> {
        statement::visit(self, statement);
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Self::Break> {
        if statement::is_plan(statement) {
            self.planned = self.planned.saturating_sub(1);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        self.enter(query);
        if returns_rows(&query.body) {
            self.effect(Effect::Read);
        }
        if !query.locks.is_empty() {
            self.effect(Effect::Lock);
        }
        if query.settings.is_some() || query.format_clause.is_some() {
            self.unlisted();
        }
        for operator in &query.pipe_operators {
            if let PipeOperator::Call { function, .. } = operator {
                self.call_of(function);
            }
        }
        self.tables(&query.body);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        self.leave(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        if let Some(into) = &select.into {
            statement::select_into(self, into);
        }
        if !select.lateral_views.is_empty() || select.prewhere.is_some() {
            self.unlisted();
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<Self::Break> {
        let target = |&known: &*const ObjectName| ptr::eq(known, relation);
        match self.targets.iter().position(target) {
            Some(at) => {
                self.targets.swap_remove(at);
            }
            None => self.reads(relation),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        match factor {
            TableFactor::Table {
                name,
                args: Some(_),
                ..
            } => {
                self.targets.push(ptr::from_ref(name));
                self.call(name);
            }
            TableFactor::Function { name, .. } => {
                self.call(name);
            }
            TableFactor::Table { .. }
            | TableFactor::Derived { .. }
            | TableFactor::TableFunction { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. } => {}
            TableFactor::UnpivotExpr { .. } | TableFactor::SemanticView { .. } => self.unlisted(),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Self::Break> {
        match expr {
            Expr::Function(function) => self.call_of(function),
            expr if is_listed(expr) => {}
            _ => self.unlisted(),
        }
        ControlFlow::Continue(())
    }

    /// SQL Server needs no semicolons, and reserves the words that begin statements: where the
    /// parser takes one for a name, the server begins a statement.
    fn pre_visit_ident(&mut self, ident: &Ident) -> ControlFlow<Self::Break> {
        if self.dialect() == Dialect::SqlServer
            && ident.quote_style.is_none()
            && words::begins_statement(&ident.value)
        {
            self.facts.not_known(Unknown::Ambiguous);
            words::begin(&ident.value, self.facts);
        }
        ControlFlow::Continue(())
    }
}

/// Whether a query reads by itself, and not only through the statements that it holds.
const fn returns_rows(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(_)
        | SetExpr::Query(_)
        | SetExpr::SetOperation { .. }
        | SetExpr::Table(_) => true,
        SetExpr::Values(_)
        | SetExpr::Insert(_)
        | SetExpr::Update(_)
        | SetExpr::Delete(_)
        | SetExpr::Merge(_) => false,
    }
}

/// Expressions that compute from their parts and do nothing else.
const fn is_listed(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::CompoundFieldAccess { .. }
            | Expr::JsonAccess { .. }
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotUnknown(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::IsJson { .. }
            | Expr::IsNormalized { .. }
            | Expr::In { .. }
            | Expr::Between { .. }
            | Expr::BinaryOp { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::SimilarTo { .. }
            | Expr::RLike { .. }
            | Expr::AnyOp { .. }
            | Expr::AllOp { .. }
            | Expr::UnaryOp { .. }
            | Expr::Convert { .. }
            | Expr::Cast { .. }
            | Expr::AtTimeZone { .. }
            | Expr::Extract { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Overlay { .. }
            | Expr::Collate { .. }
            | Expr::Nested(_)
            | Expr::Value(_)
            | Expr::Prefixed { .. }
            | Expr::TypedString(_)
            | Expr::Case { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_)
            | Expr::GroupingSets(_)
            | Expr::Cube(_)
            | Expr::Rollup(_)
            | Expr::Tuple(_)
            | Expr::Struct { .. }
            | Expr::Named { .. }
            | Expr::Array(_)
            | Expr::Interval(_)
            | Expr::MatchAgainst { .. }
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(..)
            | Expr::Prior(_)
            | Expr::MemberOf(_)
    )
}
