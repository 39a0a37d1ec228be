//! A request in Cedar's own terms.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Response, RestrictedExpression as Expression,
};
use model::{Principal, Timestamp};
use serde_json::Value;

use crate::policy::lineage;
use crate::reads::Reads;
use crate::request::{
    AnswerFacts, ApprovalFacts, Arguments, Effects, Facts, MessageFacts, Pin, Request, Target,
};
use crate::tools::{Tools, Type};
use crate::vocabulary::{COMMANDS, Language};

/// What the authorizer is asked.
pub(crate) struct Prepared {
    request: cedar_policy::Request,
    entities: Entities,
}

impl Prepared {
    pub(crate) fn ask(&self, policies: &PolicySet) -> Response {
        Authorizer::new().is_authorized(&self.request, policies, &self.entities)
    }
}

/// The request, whose action is `action`; or why there is none.
pub(crate) fn prepare(
    request: &Request<'_>,
    action: &str,
    tools: &Tools,
    reads: &Reads,
) -> Result<Prepared, String> {
    let mut pairs = match request.facts {
        Facts::Message(facts) => message(facts, reads)?,
        Facts::Answer(facts) => answer(facts),
        Facts::Approval(facts) => approval(facts),
    };
    if let (Some(tool), Facts::Message(facts)) = (tools.get(action), request.facts) {
        let empty = Value::Object(serde_json::Map::new());
        let arguments = match &facts.arguments {
            Arguments::Absent => &empty,
            Arguments::Given(arguments) => arguments,
            Arguments::Unreadable => return Err("the arguments cannot be read".to_owned()),
        };
        let arguments = argument(arguments, tool.arguments_type())
            .map_err(|what| format!("the arguments do not fit the tool's inputSchema: {what}"))?;
        pairs.push(("arguments".to_owned(), arguments));
    }
    let context = Context::from_pairs(pairs).map_err(unstatable)?;
    let (principal, of_principal) = principal(request)?;
    let (resource, of_resource) = resource(request)?;
    let mut lineage = lineage(action).into_iter();
    let action = lineage.next().unwrap_or_else(|| action_uid(action));
    let of_action = Entity::new_no_attrs(action.clone(), lineage.collect());
    let entities = [of_principal, of_resource, of_action].into_iter();
    Ok(Prepared {
        request: cedar_policy::Request::new(principal, action, resource, context, None)
            .map_err(unstatable)?,
        entities: Entities::from_entities(entities, None).map_err(unstatable)?,
    })
}

/// Cedar's own words may quote a value, and this goes on record: so they are not passed on.
fn unstatable<E>(_error: E) -> String {
    "the facts cannot be stated in Cedar".to_owned()
}

pub(crate) fn action_uid(action: &str) -> EntityUid {
    uid(&TYPES.action, action)
}

/// What a request is about.
pub(crate) fn target(request: &Request<'_>) -> EntityUid {
    let server = request.server.as_str();
    let (of, name) = match request.target {
        Target::Server => return uid(&TYPES.server, server),
        Target::Tool(name) => (&TYPES.tool, name),
        Target::Prompt(name) => (&TYPES.prompt, name),
        Target::Resource(uri) => (&TYPES.resource, uri),
    };
    uid(of, &format!("{server}/{name}"))
}

struct Types {
    action: EntityTypeName,
    person: EntityTypeName,
    service: EntityTypeName,
    anonymous: EntityTypeName,
    group: EntityTypeName,
    server: EntityTypeName,
    tool: EntityTypeName,
    prompt: EntityTypeName,
    resource: EntityTypeName,
}

static TYPES: LazyLock<Types> = LazyLock::new(|| Types {
    action: type_name("Action"),
    person: type_name("Person"),
    service: type_name("Service"),
    anonymous: type_name("Anonymous"),
    group: type_name("Group"),
    server: type_name("Server"),
    tool: type_name("Tool"),
    prompt: type_name("Prompt"),
    resource: type_name("Resource"),
});

#[expect(
    clippy::expect_used,
    reason = "the names are constants, and every test of a decision reads them"
)]
fn type_name(name: &str) -> EntityTypeName {
    format!("{}::{name}", crate::vocabulary::NAMESPACE)
        .parse()
        .expect("a name")
}

fn uid(of: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(of.clone(), EntityId::new(id))
}

fn principal(request: &Request<'_>) -> Result<(EntityUid, Entity), String> {
    let who = &request.caller.principal;
    let of = match who {
        Principal::Person { .. } => &TYPES.person,
        Principal::Service { .. } => &TYPES.service,
        Principal::Anonymous => {
            let uid = uid(&TYPES.anonymous, "");
            return Ok((uid.clone(), Entity::new_no_attrs(uid, HashSet::new())));
        }
    };
    // The subject of one issuer is somebody else at another.
    let uid = uid(of, &format!("{}|{}", who.issuer(), who.subject()));
    let attributes = HashMap::from([
        ("issuer".to_owned(), text(who.issuer())),
        ("subject".to_owned(), text(who.subject())),
        ("client".to_owned(), text(request.caller.client())),
    ]);
    let groups = request.groups.iter();
    let groups = groups.map(|group| self::uid(&TYPES.group, group)).collect();
    let entity = Entity::new(uid.clone(), attributes, groups).map_err(unstatable)?;
    Ok((uid, entity))
}

fn resource(request: &Request<'_>) -> Result<(EntityUid, Entity), String> {
    let uid = target(request);
    let (attribute, name) = match request.target {
        Target::Server => {
            let entity = Entity::new_no_attrs(uid.clone(), HashSet::new());
            return Ok((uid, entity));
        }
        Target::Tool(name) | Target::Prompt(name) => ("name", name),
        Target::Resource(uri) => ("uri", uri),
    };
    let server = self::uid(&TYPES.server, request.server.as_str());
    let attributes = HashMap::from([(attribute.to_owned(), text(name))]);
    let entity =
        Entity::new(uid.clone(), attributes, HashSet::from([server])).map_err(unstatable)?;
    Ok((uid, entity))
}

type Pairs = Vec<(String, Expression)>;

/// What is read of a message. Its commands and its address are there where it has some, read or not.
fn message(facts: &MessageFacts, reads: &Reads) -> Result<Pairs, String> {
    let mut pairs = Vec::new();
    let mut state = |name: &str, value: &dyn Fn() -> Result<Expression, String>| {
        if reads.member(name) {
            pairs.push((name.to_owned(), value()?));
        }
        Ok::<_, String>(())
    };
    state("method", &|| Ok(text(&facts.method)))?;
    state("agent", &|| Ok(text(&facts.agent)))?;
    state("kinds", &|| Ok(texts(&facts.kinds)))?;
    state("credentials", &|| {
        Ok(Expression::new_bool(facts.credentials))
    })?;
    state("hints", &|| {
        booleans([
            ("read_only", facts.hints.read_only),
            ("destructive", facts.hints.destructive),
            ("idempotent", facts.hints.idempotent),
            ("open_world", facts.hints.open_world),
        ])
    })?;
    state("pin", &|| {
        booleans([
            ("known", facts.pin != Pin::Unknown),
            ("first_seen", facts.pin == Pin::FirstSeen),
            ("changed", facts.pin == Pin::Changed),
            ("suspicious", facts.suspicious),
        ])
    })?;
    state("unread", &|| Ok(Expression::new_bool(facts.unread)))?;
    state("verb", &|| {
        booleans([
            ("read", facts.verb.read),
            ("write", facts.verb.write),
            ("delete", facts.verb.delete),
            ("execute", facts.verb.execute),
        ])
    })?;
    state("calls", &|| {
        record([
            ("session", long(facts.calls.session)),
            ("session_minute", long(facts.calls.session_minute)),
            ("person_minute", long(facts.calls.person_minute)),
            ("tool_minute", long(facts.calls.tool_minute)),
            ("session_bytes", long(facts.calls.session_bytes)),
            ("person_bytes_minute", long(facts.calls.person_bytes_minute)),
        ])
    })?;
    state("clock", &|| clock(facts))?;
    if let Some(intent) = &facts.intent {
        state("intent", &|| Ok(text(intent)))?;
    }
    for (at, (language, (_, effects))) in COMMANDS.iter().zip(facts.commands()).enumerate() {
        if let Some(effects) = effects {
            let effects = effects_record(effects, language, &reads.attributes(at, language))?;
            pairs.push((language.name.to_owned(), effects));
        }
    }
    if let Some(address) = facts.address {
        pairs.push((
            "address".to_owned(),
            Expression::new_ip(address.to_string()),
        ));
    }
    Ok(pairs)
}

fn answer(facts: &AnswerFacts) -> Pairs {
    vec![
        ("method".to_owned(), text(&facts.method)),
        ("bytes".to_owned(), long(facts.bytes)),
        ("kinds".to_owned(), texts(&facts.kinds)),
        (
            "credentials".to_owned(),
            Expression::new_bool(facts.credentials),
        ),
    ]
}

fn approval(facts: &ApprovalFacts) -> Pairs {
    vec![
        ("method".to_owned(), text(&facts.method)),
        ("requester".to_owned(), text(&facts.requester)),
        ("rules".to_owned(), texts(&facts.rules)),
        ("channel".to_owned(), text(&facts.channel)),
        (
            "emergency".to_owned(),
            Expression::new_bool(facts.emergency),
        ),
    ]
}

/// Hours and weekdays are those of UTC; Monday is 1.
fn clock(facts: &MessageFacts) -> Result<Expression, String> {
    let seconds = facts.at.unix_ms() / 1_000;
    // 1970-01-01 was a Thursday.
    let weekday = (seconds / 86_400 + 3) % 7 + 1;
    record([
        ("at", Expression::new_datetime(datetime(facts.at))),
        ("hour", long(seconds % 86_400 / 3_600)),
        ("weekday", long(weekday)),
    ])
}

/// As Cedar writes instants: RFC 3339 with three decimals.
fn datetime(at: Timestamp) -> String {
    let mut text = at.to_string();
    text.truncate("1970-01-01T00:00:00.000".len());
    text.push('Z');
    text
}

/// The record of a language, with the attributes that are `read`.
fn effects_record(
    effects: &Effects,
    language: &Language,
    read: &[&'static str],
) -> Result<Expression, String> {
    record(read.iter().map(|name| {
        if !language.sets.contains(name) {
            return (*name, Expression::new_bool(effects.is.contains(name)));
        }
        // A set that nothing was put into is there as well: the schema has it.
        let of = effects.names.iter().find(|(set, _)| set == name);
        let names = of.map_or_else(|| texts(&BTreeSet::<String>::new()), |(_, of)| texts(of));
        (*name, names)
    }))
}

fn booleans<const N: usize>(pairs: [(&str, bool); N]) -> Result<Expression, String> {
    record(pairs.map(|(name, value)| (name, Expression::new_bool(value))))
}

fn record<'a>(
    pairs: impl IntoIterator<Item = (&'a str, Expression)>,
) -> Result<Expression, String> {
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Expression::new_record(pairs).map_err(unstatable)
}

fn texts<T: AsRef<str>>(names: &BTreeSet<T>) -> Expression {
    Expression::new_set(names.iter().map(|name| text(name.as_ref())))
}

fn text(text: &str) -> Expression {
    Expression::new_string(text.to_owned())
}

fn long(number: u64) -> Expression {
    Expression::new_long(i64::try_from(number).unwrap_or(i64::MAX))
}

/// An argument as a value of its type. Members that the type does not have are left out; `null` is
/// the same as absent.
fn argument(value: &Value, of: &Type) -> Result<Expression, String> {
    let wrong = |expected: &str| Err(format!("{expected} is expected"));
    match (of, value) {
        (Type::Text, Value::String(text)) => Ok(self::text(text)),
        (Type::Boolean, Value::Bool(value)) => Ok(Expression::new_bool(*value)),
        (Type::Integer, Value::Number(number)) => match integer(number) {
            Some(number) => Ok(Expression::new_long(number)),
            None => wrong("an integer of 64 bits"),
        },
        (Type::Decimal, Value::Number(number)) => match decimal(number) {
            Some(number) => Ok(Expression::new_decimal(number)),
            None => wrong("a number of 64 bits with at most four decimals"),
        },
        (Type::Set(of), Value::Array(values)) => {
            let values: Result<Vec<_>, _> = values.iter().map(|v| argument(v, of)).collect();
            Ok(Expression::new_set(values?))
        }
        (Type::Record(members), Value::Object(values)) => {
            let mut pairs = Vec::new();
            for (name, (of, always)) in members {
                match values.get(name).filter(|value| !value.is_null()) {
                    Some(value) => {
                        let value =
                            argument(value, of).map_err(|what| format!("{name}: {what}"))?;
                        pairs.push((name.as_str(), value));
                    }
                    None if *always => return Err(format!("{name} is missing")),
                    None => {}
                }
            }
            record(pairs)
        }
        (Type::Text, _) => wrong("a string"),
        (Type::Boolean, _) => wrong("true or false"),
        (Type::Integer | Type::Decimal, _) => wrong("a number"),
        (Type::Set(_), _) => wrong("an array"),
        (Type::Record(_), _) => wrong("an object"),
    }
}

/// `3.0` is an integer too (JSON Schema 2020-12 §6.1.1).
fn integer(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let text = number.to_string();
        let (whole, rest) = text.split_once('.')?;
        rest.bytes()
            .all(|b| b == b'0')
            .then(|| whole.parse().ok())?
    })
}

/// Cedar keeps ten-thousandths in 64 bits: beyond this a number has no room for its decimals.
const DECIMAL_WHOLE_END: u64 = i64::MAX.unsigned_abs() / 10_000;

/// As Cedar writes decimals: at least one digit behind the point, and four at most.
fn decimal(number: &serde_json::Number) -> Option<String> {
    let text = number.to_string();
    if text.contains(['e', 'E']) {
        return None;
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
    let fits = |whole: i64| whole.unsigned_abs() < DECIMAL_WHOLE_END;
    let fits = decimals.len() <= 4 && whole.parse().is_ok_and(fits);
    fits.then(|| format!("{whole}.{decimals}"))
}
