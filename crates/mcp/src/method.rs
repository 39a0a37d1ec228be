//! The methods of every MCP revision, as data.

use std::fmt;

use Direction::{ClientToServer, ServerToClient};
use Revision::{V2024_11_05, V2025_06_18, V2025_11_25, V2026_07_28};
use Shape::{Notification, Request};

/// A published revision of MCP, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// `2024-11-05`, with HTTP+SSE.
    V2024_11_05,
    /// `2025-03-26`, with batches.
    V2025_03_26,
    /// `2025-06-18`, with elicitation.
    V2025_06_18,
    /// `2025-11-25`, with experimental tasks.
    V2025_11_25,
    /// `2026-07-28`, stateless.
    V2026_07_28,
}

impl Revision {
    /// All revisions, oldest first.
    pub const ALL: [Self; 5] = [
        Self::V2024_11_05,
        Self::V2025_03_26,
        Self::V2025_06_18,
        Self::V2025_11_25,
        Self::V2026_07_28,
    ];

    /// From its date; `None` for a revision that is not in the table.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// Its date, as it goes over the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// Which era it belongs to.
    pub const fn era(self) -> Era {
        match self {
            Self::V2026_07_28 => Era::Modern,
            _ => Era::Legacy,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The two families of revisions (MCP 2026-07-28 versioning, Terminology).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Era {
    /// Up to 2025-11-25: a session that `initialize` opens.
    Legacy,
    /// From 2026-07-28: every request says for itself what it needs.
    Modern,
}

impl Era {
    /// `legacy` or `modern`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The client sends.
    ClientToServer,
    /// The server sends.
    ServerToClient,
}

/// Whether an answer is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Yes.
    Request,
    /// No.
    Notification,
}

/// In which revisions one side sends a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// Who sends.
    pub direction: Direction,
    /// The first revision that has it.
    pub first: Revision,
    /// The last revision that has it.
    pub last: Revision,
}

/// What is known about a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodInfo {
    /// Which method.
    pub method: Method,
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether it is answered.
    pub shape: Shape,
    /// Who sends it in which revisions.
    pub uses: &'static [Use],
    /// The member of `params` that says what it is about.
    pub names: Option<&'static str>,
    /// The member of its result that lists definitions.
    pub lists: Option<&'static str>,
    /// Whether its complete result may be cached (MCP 2026-07-28 caching).
    pub cacheable: bool,
    /// Whether its result may ask for input first (MCP 2026-07-28 mrtr).
    pub mrtr: bool,
}

impl MethodInfo {
    /// Whether `direction` sends this method in `revision`.
    pub fn known_in(&self, revision: Revision, direction: Direction) -> bool {
        self.uses
            .iter()
            .any(|used| used.direction == direction && (used.first..=used.last).contains(&revision))
    }

    const fn names(mut self, member: &'static str) -> Self {
        self.names = Some(member);
        self
    }

    const fn lists(mut self, member: &'static str) -> Self {
        self.lists = Some(member);
        self.cached()
    }

    const fn cached(mut self) -> Self {
        self.cacheable = true;
        self
    }

    const fn mrtr(mut self) -> Self {
        self.mrtr = true;
        self
    }
}

const fn used(direction: Direction, first: Revision, last: Revision) -> Use {
    Use {
        direction,
        first,
        last,
    }
}

const CLIENT_LEGACY: Use = used(ClientToServer, V2024_11_05, V2025_11_25);
const CLIENT_ALWAYS: Use = used(ClientToServer, V2024_11_05, V2026_07_28);
const CLIENT_TASKS: Use = used(ClientToServer, V2025_11_25, V2025_11_25);
const CLIENT_TASKS_BOTH: Use = used(ClientToServer, V2025_11_25, V2026_07_28);
const CLIENT_MODERN: Use = used(ClientToServer, V2026_07_28, V2026_07_28);
const SERVER_LEGACY: Use = used(ServerToClient, V2024_11_05, V2025_11_25);
const SERVER_ALWAYS: Use = used(ServerToClient, V2024_11_05, V2026_07_28);
const SERVER_ELICITS: Use = used(ServerToClient, V2025_06_18, V2025_11_25);
const SERVER_TASKS: Use = used(ServerToClient, V2025_11_25, V2025_11_25);
const SERVER_MODERN: Use = used(ServerToClient, V2026_07_28, V2026_07_28);

macro_rules! methods {
    ($($method:ident $name:literal $shape:ident [$($used:ident)+] $(.$with:ident($($arg:literal)?))*;)*) => {
        /// A method of MCP.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Method {
            $(#[doc = concat!("`", $name, "`")] $method,)*
            /// Any other name: an extension's, a vendor's, or a later revision's.
            Unknown,
        }

        impl Method {
            /// The method with this name.
            pub fn of(name: &str) -> Self {
                match name {
                    $($name => Self::$method,)*
                    _ => Self::Unknown,
                }
            }

            /// What is known about it; `None` for [`Method::Unknown`].
            pub fn info(self) -> Option<&'static MethodInfo> {
                // The table has the order of the variants, and `Unknown` comes last.
                METHODS.get(self as usize)
            }
        }

        /// Every method of every revision, both families of tasks included.
        pub static METHODS: &[MethodInfo] = &[
            $(MethodInfo {
                method: Method::$method,
                name: $name,
                shape: $shape,
                uses: &[$($used),+],
                names: None,
                lists: None,
                cacheable: false,
                mrtr: false,
            }$(.$with($($arg)?))*,)*
        ];
    };
}

methods! {
    Initialize "initialize" Request [CLIENT_LEGACY];
    Ping "ping" Request [CLIENT_LEGACY SERVER_LEGACY];
    ServerDiscover "server/discover" Request [CLIENT_MODERN].cached();
    ToolsList "tools/list" Request [CLIENT_ALWAYS].lists("tools");
    ToolsCall "tools/call" Request [CLIENT_ALWAYS].names("name").mrtr();
    PromptsList "prompts/list" Request [CLIENT_ALWAYS].lists("prompts");
    PromptsGet "prompts/get" Request [CLIENT_ALWAYS].names("name").mrtr();
    ResourcesList "resources/list" Request [CLIENT_ALWAYS].lists("resources");
    ResourcesTemplatesList "resources/templates/list" Request [CLIENT_ALWAYS].lists("resourceTemplates");
    ResourcesRead "resources/read" Request [CLIENT_ALWAYS].names("uri").cached().mrtr();
    ResourcesSubscribe "resources/subscribe" Request [CLIENT_LEGACY].names("uri");
    ResourcesUnsubscribe "resources/unsubscribe" Request [CLIENT_LEGACY].names("uri");
    CompletionComplete "completion/complete" Request [CLIENT_ALWAYS];
    LoggingSetLevel "logging/setLevel" Request [CLIENT_LEGACY];
    SubscriptionsListen "subscriptions/listen" Request [CLIENT_MODERN];
    SamplingCreateMessage "sampling/createMessage" Request [SERVER_LEGACY];
    ElicitationCreate "elicitation/create" Request [SERVER_ELICITS];
    RootsList "roots/list" Request [SERVER_LEGACY];
    TasksGet "tasks/get" Request [CLIENT_TASKS_BOTH SERVER_TASKS].names("taskId");
    TasksCancel "tasks/cancel" Request [CLIENT_TASKS_BOTH SERVER_TASKS].names("taskId");
    TasksUpdate "tasks/update" Request [CLIENT_MODERN].names("taskId");
    TasksList "tasks/list" Request [CLIENT_TASKS SERVER_TASKS];
    TasksResult "tasks/result" Request [CLIENT_TASKS SERVER_TASKS].names("taskId");
    NotificationsInitialized "notifications/initialized" Notification [CLIENT_LEGACY];
    NotificationsCancelled "notifications/cancelled" Notification [CLIENT_ALWAYS SERVER_ALWAYS];
    NotificationsProgress "notifications/progress" Notification [CLIENT_LEGACY SERVER_ALWAYS];
    NotificationsMessage "notifications/message" Notification [SERVER_ALWAYS];
    NotificationsRootsListChanged "notifications/roots/list_changed" Notification [CLIENT_LEGACY];
    NotificationsToolsListChanged "notifications/tools/list_changed" Notification [SERVER_ALWAYS];
    NotificationsPromptsListChanged "notifications/prompts/list_changed" Notification [SERVER_ALWAYS];
    NotificationsResourcesListChanged "notifications/resources/list_changed" Notification [SERVER_ALWAYS];
    NotificationsResourcesUpdated "notifications/resources/updated" Notification [SERVER_ALWAYS].names("uri");
    NotificationsElicitationComplete "notifications/elicitation/complete" Notification [SERVER_TASKS];
    NotificationsSubscriptionsAcknowledged "notifications/subscriptions/acknowledged" Notification [SERVER_MODERN];
    NotificationsTasksStatus "notifications/tasks/status" Notification [CLIENT_TASKS SERVER_TASKS].names("taskId");
    NotificationsTasks "notifications/tasks" Notification [SERVER_MODERN].names("taskId");
}
