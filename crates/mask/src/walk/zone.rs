//! Which part of MCP a value stands in, by the names of the members around it.

/// What a value is to the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// The message itself.
    Message,
    /// Members that the protocol defines: parameters, results, content blocks.
    Protocol,
    /// `_meta`: reserved keys, and whatever else anybody puts there.
    Meta,
    /// Whatever servers and agents tell each other.
    Data,
    /// A JSON Schema: names describe values and hold none.
    Schema,
    /// The members of a schema's `properties`: each is a name.
    Properties,
    /// A value that a schema shows: `default`, `examples`, `enum`, `const`.
    Example,
}

/// What a member of a value in some zone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) zone: Zone,
    /// The protocol needs it as it is: it is never changed on the wire.
    pub(crate) fixed: bool,
    /// Its name is a word of a schema and names nothing.
    pub(crate) transparent: bool,
}

impl Zone {
    pub(crate) const fn is_definition(self) -> bool {
        matches!(self, Self::Schema | Self::Properties)
    }

    /// What the member `name` of a value in this zone is.
    pub(crate) fn member(self, name: &str) -> Place {
        let place = |zone| Place {
            zone,
            fixed: false,
            transparent: false,
        };
        let fixed = |zone| Place {
            fixed: true,
            ..place(zone)
        };
        match self {
            Self::Message => match name {
                "jsonrpc" | "id" | "method" => fixed(Self::Protocol),
                _ => place(Self::Protocol),
            },
            Self::Protocol => match name {
                "arguments" | "structuredContent" | "data" | "value" | "inputResponses" => {
                    place(Self::Data)
                }
                "inputSchema" | "outputSchema" | "requestedSchema" => place(Self::Schema),
                "_meta" => place(Self::Meta),
                "progressToken" | "cursor" | "nextCursor" | "requestState" | "requestId"
                | "mimeType" | "type" | "role" | "resultType" | "protocolVersion" | "code"
                | "level" | "taskId" | "cacheScope" => fixed(Self::Protocol),
                _ => place(Self::Protocol),
            },
            Self::Meta => {
                let reserved = matches!(name, "progressToken" | "traceparent" | "tracestate")
                    || name.starts_with("io.modelcontextprotocol/");
                if reserved {
                    fixed(Self::Data)
                } else {
                    place(Self::Data)
                }
            }
            Self::Data => match name {
                "inputSchema" | "outputSchema" | "requestedSchema" => place(Self::Schema),
                _ => place(Self::Data),
            },
            Self::Schema => match name {
                "default" | "examples" | "example" | "enum" | "const" => Place {
                    transparent: true,
                    ..place(Self::Example)
                },
                "properties" | "patternProperties" | "$defs" | "definitions"
                | "dependentSchemas" => Place {
                    transparent: true,
                    ..place(Self::Properties)
                },
                _ => Place {
                    transparent: true,
                    ..place(Self::Schema)
                },
            },
            Self::Properties => place(Self::Schema),
            Self::Example => place(Self::Example),
        }
    }
}
