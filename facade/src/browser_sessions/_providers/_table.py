"""The providers and what each reports about a session, as a literal, which `codegen` reads as data."""

from typing import Any

# Sorted. A field that a provider has no row for, it never fills.
#
# name, documentation   for people
# key_variables         environment variables in which its users keep the API key, the usual one first
# domain                a host in it is the provider's own: it may get the key, and never over plain http
# base_url_variable     environment variable for another address than `base_url`
# sdk                   the provider's own SDK, as it was read, and which of these variables its client reads
# sensitive             properties that the overlaid spec marks as credentials or signed addresses
# ready                 the fields of a view that a running session has once its browser can be connected to; absent
#                       where running is all that it takes
# connect               where to connect, filled in with fields of the view and the key; with `header`, the header in
#                       which the key is wanted there; with `never`, what the provider's own session holds if it never
#                       gets an address; absent where no session can be connected to again
# operations            what can be asked of the provider: get, list, create, stop, live_view, recordings or account,
#                       and for each:
#   options             arguments that it takes, with `unit`, `least` and `most` on the wire where they are numbers,
#                       or where their size has a limit; the provider checks whether a lifetime is within them; of
#                       recordings, `request`: they are made when they are asked for
#   fields              what of the result it can fill; absent for all that `fields` below has
#   lacks               what of that it cannot fill
#   order               of a list: "newest", "open-first" or "unknown"
#   window_days         of a list: how far back it reaches; absent where it has no known end
# failures              what a status means here, if the response's explanation matches `says`, and nowhere else
# fields                for each field of a view:
#   from                the properties of the provider's session that it is read from; the first one is the field's
#                       own, the others decide about it
#   as                  how: the property's unit, and what is done to it; absent where nothing is
#   source              "spec": the vendored page; "seen": the provider's SDK, its newer documentation, or a
#                       public capture of the wire; "ours": a rule of this package
ROWS: dict[str, dict[str, Any]] = {
    "anchorbrowser": {
        "name": "Anchor Browser",
        "documentation": "https://docs.anchorbrowser.io/api-reference/browser-sessions/get-browser-session",
        "base_url": "https://api.anchorbrowser.io",
        "domain": "anchorbrowser.io",
        "key_variables": ["ANCHORBROWSER_API_KEY", "ANCHOR_API_KEY"],
        "base_url_variable": "ANCHORBROWSER_BASE_URL",
        "sdk": {"name": "anchorbrowser 1.0.1", "variables": ["ANCHORBROWSER_API_KEY", "ANCHORBROWSER_BASE_URL"]},
        "operations": {
            "get": {},
            "list": {
                "order": "newest",
                "lacks": ["account_id"],
                "options": {"status": {}, "created_after": {}, "created_before": {}, "limit": {}, "metadata": {}},
            },
            "create": {
                "options": {
                    "lifetime": {"unit": "minutes"},
                    "proxy": {},
                    "keep_alive": {},
                    "metadata": {},
                    "recording": {},
                    "viewport": {"unit": "pixels"},
                    "profile": {},
                    "captcha": {},
                    "options": {},
                },
                "fields": ["id", "status", "live_view_url"],
            },
            "stop": {},
            "live_view": {"fields": ["url"]},
            "recordings": {"fields": ["url", "filename", "size", "modified_at"]},
            "account": {
                "fields": [
                    "concurrency_limit",
                    "is_unlimited",
                    "running",
                    "spent",
                    "balance",
                    "unit",
                    "period_start",
                ],
            },
        },
        "sensitive": [
            "cdp_url",
            "configuration",
            "file_link",
            "frontend_url",
            "initial_url",
            "live_view_url",
            "origin_url",
            "original_download_url",
            "password",
            "secrets",
            "server",
            "url",
            "user_configuration",
            "username",
        ],
        "connect": {"url": "wss://connect.anchorbrowser.io?apiKey={key}&sessionId={id}"},
        "failures": [
            {
                "status": 403,
                "says": "limit|cost|credit|quota|budget|spend",
                "error": "QuotaExceeded",
            },
        ],
        "fields": {
            "id": {"from": ["session_id"], "source": "spec"},
            "status": {
                "from": ["status"],
                "as": "`pending`, `processing`, `ready` and `cancelled` are only in newer documentation",
                "source": "seen",
            },
            "raw_status": {"from": ["status"], "source": "spec"},
            "created_at": {"from": ["created_at"], "source": "spec"},
            "ended_at": {
                "from": ["duration", "created_at", "status"],
                "as": "created_at + duration, once the session has ended",
                "source": "ours",
            },
            "duration": {"from": ["duration"], "as": "whole seconds", "source": "spec"},
            "proxy_bytes": {"from": ["proxy_bytes"], "as": "bytes", "source": "spec"},
            "cost": {
                "from": ["credits_used", "status"],
                "as": "credits, a number or a decimal text; final once the session has ended",
                "source": "seen",
            },
            "account_id": {"from": ["team_id"], "as": "a team", "source": "spec"},
            "metadata": {
                "from": ["tags"],
                "as": "an object, or an array of texts, which is `tags`",
                "source": "seen",
            },
            "marker": {"from": ["tags"], "as": "the tag `browser-sessions=…`, without the name", "source": "ours"},
        },
    },
    "brightdata": {
        "name": "Bright Data",
        "documentation": "https://docs.brightdata.com/api-reference/browser-api/get-session",
        "base_url": "https://api.brightdata.com",
        "domain": "brightdata.com",
        "key_variables": ["BRIGHTDATA_API_TOKEN", "BRIGHTDATA_API_KEY"],
        "base_url_variable": "BRIGHTDATA_BASE_URL",
        "sdk": {"name": "brightdata-sdk 2.5.2", "variables": ["BRIGHTDATA_API_TOKEN", "BRIGHTDATA_API_KEY"]},
        "operations": {
            "get": {},
            "list": {
                "order": "newest",
                "options": {"status": {}, "created_after": {}, "created_before": {}, "limit": {}},
            },
            "account": {"fields": ["running", "balance", "unit"]},
        },
        "sensitive": ["end_url", "target_url"],
        "fields": {
            "id": {"from": ["session_id"], "source": "spec"},
            "status": {
                "from": ["status", "error.code"],
                "as": (
                    "`failed` is a timeout if the error's code is `session_timeout` or `network_inactivity_timeout`"
                ),
                "source": "seen",
            },
            "raw_status": {"from": ["status"], "source": "spec"},
            "started_at": {"from": ["timestamp"], "source": "spec"},
            "ended_at": {
                "from": ["duration", "timestamp", "status"],
                "as": "timestamp + duration, once the session has ended",
                "source": "ours",
            },
            "duration": {
                "from": ["duration"],
                "as": "seconds and fractions; null while the session runs",
                "source": "seen",
            },
            "billable_bytes": {
                "from": ["bandwidth"],
                "as": "bytes of all billable traffic, not of a proxy's alone",
                "source": "spec",
            },
            "account_id": {"from": ["api_name"], "as": "a zone", "source": "spec"},
            "failure": {"from": ["error.code", "error.message"], "source": "spec"},
        },
    },
    "browser_use": {
        "name": "Browser Use",
        "documentation": "https://docs.browser-use.com/cloud/api-v3/browsers/get-browser-session",
        "base_url": "https://api.browser-use.com/api/v3",
        "domain": "browser-use.com",
        "key_variables": ["BROWSER_USE_API_KEY"],
        "base_url_variable": "BROWSER_USE_BASE_URL",
        "sdk": {"name": "browser-use-sdk 3.12.1", "variables": ["BROWSER_USE_API_KEY"]},
        "operations": {
            "get": {},
            "list": {
                "order": "unknown",
                "lacks": ["recordings"],
                "options": {"status": {}, "created_after": {}, "created_before": {}, "limit": {}, "metadata": {}},
            },
            "create": {
                "options": {
                    "lifetime": {"unit": "minutes", "least": 1, "most": 240},
                    "proxy": {},
                    "keep_alive": {},
                    "metadata": {"unit": "pairs", "most": 10},
                    "recording": {},
                    "viewport": {"unit": "pixels", "least": 320},
                    "profile": {},
                    "captcha": {},
                    "options": {},
                },
            },
            "stop": {},
            "live_view": {"fields": ["url", "expires_at"]},
            "recordings": {"fields": ["url"]},
            "account": {"fields": ["concurrency_limit", "is_unlimited", "running", "balance", "unit"]},
        },
        "sensitive": ["cdpUrl", "liveUrl", "password", "recordingUrl", "url", "username"],
        "ready": ["connect_url"],
        "connect": {"url": "{connect_url}"},
        "fields": {
            "id": {"from": ["id"], "source": "spec"},
            "status": {
                "from": ["status", "finishedAt", "timeoutAt"],
                "as": "`stopped` is a timeout if the session finished when its time was up",
                "source": "ours",
            },
            "raw_status": {"from": ["status"], "source": "spec"},
            "started_at": {"from": ["startedAt"], "source": "spec"},
            "ended_at": {"from": ["finishedAt"], "source": "spec"},
            "expires_at": {"from": ["timeoutAt"], "source": "spec"},
            "duration": {
                "from": ["finishedAt", "startedAt"],
                "as": "finishedAt − startedAt",
                "source": "ours",
            },
            "connect_url": {
                "from": ["cdpUrl"],
                "as": "a URL for discovery through `/json/version`; null once the session has ended",
                "source": "seen",
            },
            "live_view_url": {
                "from": ["liveUrl"],
                "as": "a URL that is a credential; null once the session has ended",
                "source": "seen",
            },
            "recordings": {
                "from": ["recordingUrl"],
                "as": "a signed URL, once the session has ended",
                "source": "spec",
            },
            "proxy_bytes": {
                "from": ["proxyUsedMb"],
                "as": "MiB, a decimal text or a number, times 1,048,576, rounded",
                "source": "seen",
            },
            "cost": {
                "from": ["browserCost", "proxyCost", "status"],
                "as": (
                    "USD, the sum of two decimal texts or numbers, once both are known; charged up front "
                    "and partly refunded, so final once the session has ended"
                ),
                "source": "seen",
            },
            "metadata": {"from": ["metadata"], "as": "an object of texts", "source": "seen"},
            "marker": {"from": ["metadata"], "as": "the text under `browser-sessions`", "source": "ours"},
        },
    },
    "browserbase": {
        "name": "Browserbase",
        "documentation": "https://docs.browserbase.com/reference/api/get-a-session",
        "base_url": "https://api.browserbase.com",
        "domain": "browserbase.com",
        "key_variables": ["BROWSERBASE_API_KEY"],
        "base_url_variable": "BROWSERBASE_BASE_URL",
        "sdk": {"name": "browserbase 1.22.0", "variables": ["BROWSERBASE_API_KEY", "BROWSERBASE_BASE_URL"]},
        "operations": {
            "get": {},
            "list": {
                "order": "newest",
                "lacks": ["connect_url"],
                "options": {"status": {}, "created_after": {}, "created_before": {}, "limit": {}, "metadata": {}},
            },
            "create": {
                "options": {
                    "lifetime": {"unit": "seconds", "least": 60, "most": 21_600},
                    "proxy": {},
                    "region": {},
                    "keep_alive": {},
                    "metadata": {"unit": "characters of JSON", "most": 511},
                    "recording": {},
                    "viewport": {"unit": "pixels"},
                    "profile": {},
                    "captcha": {},
                    "options": {},
                },
            },
            "stop": {},
            "live_view": {"fields": ["url"]},
            "recordings": {"options": {"request": {}}, "fields": ["url", "modified_at"]},
            "account": {"fields": ["concurrency_limit", "is_unlimited", "running", "spent", "unit"]},
        },
        "sensitive": [
            "connectUrl",
            "debuggerFullscreenUrl",
            "debuggerUrl",
            "downloadUrl",
            "faviconUrl",
            "params",
            "password",
            "rawBody",
            "result",
            "seleniumRemoteUrl",
            "server",
            "signingKey",
            "url",
            "username",
            "wsUrl",
        ],
        "ready": ["connect_url"],
        "connect": {"url": "{connect_url}"},
        "fields": {
            "id": {"from": ["id"], "source": "spec"},
            "status": {
                "from": ["status"],
                "as": "`PENDING` was added in May 2026",
                "source": "spec",
            },
            "raw_status": {"from": ["status"], "source": "spec"},
            "created_at": {"from": ["createdAt"], "source": "spec"},
            "started_at": {
                "from": ["startedAt"],
                "as": "absent while the session is pending",
                "source": "seen",
            },
            "ended_at": {
                "from": ["endedAt"],
                "as": "null while the session runs",
                "source": "seen",
            },
            "expires_at": {"from": ["expiresAt"], "source": "spec"},
            "updated_at": {"from": ["updatedAt"], "source": "spec"},
            "duration": {
                "from": ["endedAt", "startedAt"],
                "as": "endedAt − startedAt",
                "source": "ours",
            },
            "connect_url": {
                "from": ["connectUrl"],
                "as": "a URL that holds a signing key",
                "source": "spec",
            },
            "proxy_bytes": {"from": ["proxyBytes"], "as": "bytes", "source": "spec"},
            "region": {"from": ["region"], "source": "spec"},
            "account_id": {"from": ["projectId"], "as": "a project", "source": "spec"},
            "metadata": {"from": ["userMetadata"], "as": "an object", "source": "spec"},
            "marker": {"from": ["userMetadata"], "as": "the text under `browser-sessions`", "source": "ours"},
        },
    },
    "skyvern": {
        "name": "Skyvern",
        "documentation": "https://www.skyvern.com/docs",
        "base_url": "https://api.skyvern.com",
        "domain": "skyvern.com",
        "key_variables": ["SKYVERN_API_KEY"],
        "base_url_variable": "SKYVERN_BASE_URL",
        "sdk": {"name": "skyvern 1.0.56", "variables": []},
        "operations": {
            "get": {},
            "list": {
                "order": "open-first",
                "window_days": 7,
                "options": {"status": {}, "created_after": {}, "created_before": {}, "limit": {}},
            },
            "create": {
                "options": {
                    "lifetime": {"unit": "minutes", "least": 5, "most": 240},
                    "proxy": {},
                    "keep_alive": {},
                    "profile": {},
                    "captcha": {},
                    "options": {},
                },
            },
            "stop": {},
            "live_view": {"fields": ["url"]},
            "recordings": {"fields": ["url", "filename", "size", "checksum", "modified_at"]},
            "account": {"fields": ["running"]},
        },
        "sensitive": ["browser_address", "ctx", "input", "url"],
        "ready": ["started_at", "connect_url"],
        "connect": {"url": "{connect_url}", "header": "x-api-key", "never": {"source": "external"}},
        "failures": [
            {"status": 403, "error": "AuthenticationFailed"},
            # The account of the key is unknown, for example since a database was made anew.
            {"status": 404, "says": "^organization not found", "error": "AuthenticationFailed"},
            # A stored session that its own server cannot write as JSON; what is about a request names a part of it.
            {"status": 422, "says": r"^(?!(?:body|cookie|header|path|query)\b)", "error": "ProviderUnavailable"},
        ],
        "fields": {
            "id": {"from": ["browser_session_id"], "source": "spec"},
            "status": {
                "from": ["status", "completed_at", "started_at", "timeout"],
                "as": (
                    "a session with `completed_at` has ended whatever its status, and timed out if it completed "
                    "when its time was up; without a status, it runs if it started"
                ),
                "source": "ours",
            },
            "raw_status": {"from": ["status"], "source": "spec"},
            "created_at": {
                "from": ["created_at"],
                "as": "without an offset it is UTC",
                "source": "seen",
            },
            "started_at": {
                "from": ["started_at"],
                "as": "null until a browser is ready; without an offset it is UTC",
                "source": "seen",
            },
            "ended_at": {
                "from": ["completed_at"],
                "as": "without an offset it is UTC",
                "source": "seen",
            },
            "expires_at": {
                "from": ["timeout", "started_at"],
                "as": "started_at + timeout, which is in minutes",
                "source": "spec",
            },
            "updated_at": {
                "from": ["modified_at"],
                "as": "without an offset it is UTC",
                "source": "seen",
            },
            "duration": {
                "from": ["completed_at", "started_at"],
                "as": "completed_at − started_at",
                "source": "ours",
            },
            "connect_url": {
                "from": ["browser_address"],
                "as": (
                    "a URL that wants the API key in a header; there before the browser is, and absent once "
                    "`::closed::` is in it"
                ),
                "source": "seen",
            },
            "live_view_url": {"from": ["app_url"], "source": "spec"},
            "recordings": {
                "from": [
                    "recordings[].url",
                    "recordings[].filename",
                    "recordings[].file_size",
                    "recordings[].checksum",
                    "recordings[].modified_at",
                ],
                "as": "signed URLs, with size in bytes and SHA-256",
                "source": "spec",
            },
            "account_id": {"from": ["organization_id"], "as": "an organisation", "source": "spec"},
        },
    },
}
