"""The SQL that is sent to the ledger: every file of sql/load, in round trips.

The modules beside this one render and send them; ``flow_list`` says in which order. Nothing else
lists them: the READMEs in sql/load are written from here.
"""

from __future__ import annotations

from dataclasses import fields

from everheard.database.trips import Derivation, Rows, trip
from everheard.rows import StagedRows


def _name(folder: str, names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" for name in names.split())


# --- What several flows send.
_STAGE = "dimensions/stage"
_STAGED = Rows(tuple(f"staged_{field.name}" for field in fields(StagedRows)))
_PLAN, _OWED = "history/plan_history", "enrich/owed_answer"
_TOUCHED_PLAY = "summaries/summary_touched"
_BY_TIME = _name("summaries", "summary_hour summary_session")
_BY_TRACK = _name("summaries", "summary_month_track summary_track")

#: How staged rows become dimensions: each file needs those before it.
_DIMENSIONS = _name(
    "dimensions", "analyze_stage dim_artist dim_album dim_track named_album bridges dim_context"
)
_CLASSES = _name(
    "derive", "match_class changed_length etl_changed_class etl_touched_track take_changed_class"
)
_DERIVE = trip(Rows(("staged_pair",)), *_name("derive", "fact_play touched_span")).steps
#: Which rows of histories are one play, then which plays of polls are one with them.
_CLUSTERS = _name("derive", "history_telling touched_cluster")
LISTENER_LOCK = trip("listeners/lock_listener")
#: A listener's touched summaries: the first files find what was touched, the last clears up.
SUMMARIES = trip(
    "summaries/summary_month",
    _TOUCHED_PLAY,
    "summaries/summary_play",
    *_BY_TIME,
    *_BY_TRACK,
    "summaries/summary_end",
)

# --- Runs, sign-ins, quota, tokens: operations. Listeners.

OPERATIONS = trip("operations/read_operations")
RUN = trip("operations/etl_run")
RUNNER = trip("operations/etl_runner")
HEALTH = trip("operations/read_health")
YEAR = trip("operations/read_year")
SIGN_IN = trip("operations/etl_sign_in")
ROTATED_TOKEN = trip("operations/etl_sign_in_rotated")
KNOWN_LISTENERS = trip("operations/read_known_listeners")
TOKEN = trip("operations/api_token")
TOKENS = trip("operations/read_api_token")
REVOKED_TOKEN = trip("operations/revoke_api_token")
ENTRY, ENTERED = trip("operations/api_entry"), trip("operations/redeem_api_entry")
PASS = trip("operations/api_pass")
CALLS = trip("operations/lock_quota", "operations/reserve_calls")
SETTLED_CALLS = trip("operations/settle_calls")
CAPABILITIES = trip("operations/read_capability")
CAPABILITY = trip("operations/etl_capability")
BLOCKED_BUCKET = trip("operations/etl_quota")
LISTENERS = trip("listeners/find_listener")
UNSIGNED_LISTENER = trip("listeners/dim_listener_unsigned")
CHANGED_LISTENER = trip("listeners/dim_listener_changed")
UNKNOWN_ZONES = trip("listeners/read_unknown_timezone")
WATCH_CLAIM = trip("told/etl_watermark_watcher")
HOLDING = trip("listeners/read_holding")
FORGOTTEN = trip("listeners/forgotten_listener")

# --- Polls.

NOVELTY = trip("polls/read_novelty")
POLL_DERIVATION = Derivation(
    observe=trip(_STAGE, _STAGED, *_DIMENSIONS, *_CLASSES, "polls/source_poll_play", *_CLUSTERS),
    derive=trip(*_DERIVE, *SUMMARIES.steps),
)
WATERMARK = trip("polls/etl_watermark")
GAPS = trip("polls/etl_gap")
POLL_SKIPS = trip("polls/etl_poll_skip")

# --- What a watcher and scrobbling services tell.

TOLD_DERIVATION = Derivation(
    observe=trip(_STAGE, _STAGED, *_DIMENSIONS, *_CLASSES, "told/source_told_play", *_CLUSTERS),
    derive=trip(*_DERIVE, *SUMMARIES.steps, "told/read_told_count"),
)

# --- Imports.

IMPORT_STAGE = trip(_PLAN, *_name("history", "commit_early stage_import"))
IMPORT = trip("history/etl_import")
HISTORY_STAGE = trip(_STAGE, "history/stage_history")
HISTORY_ROWS = trip(
    Rows(
        (
            *_STAGED.tables[:5],
            *("staged_show", "staged_episode", "staged_platform", "staged_play_detail"),
            *("staged_history_play", "staged_history_episode_play", "staged_telling"),
            *("staged_file", "staged_skip", "staged_earlier_track"),
        )
    )
)
HISTORY_DERIVATION = Derivation(
    observe=trip(
        "history/analyze_history_stage",
        *_name("dimensions", "dim_platform dim_play_detail dim_show dim_episode"),
        *_DIMENSIONS,
        *_CLASSES,
        *_name("history", "keyed_play history_telling history_play history_episode_play"),
        *_CLUSTERS,
    ),
    derive=trip(*_DERIVE),
)
TALLY = trip(*_name("history", "told_verdict partnered_poll etl_import_shared import_tally"))
OUTDONE_ROWS = trip("history/read_outdone_row")
TRACK_KEYS = trip("history/read_track_key")
CLEARED_BATCH = trip("history/clear_batch")
JUDGEMENT = trip("history/read_judgement")
SPANS = trip(*_name("history", "etl_import_told etl_import_span"))
COVERAGE = trip("history/read_coverage")
COVERED_GAPS = trip("history/etl_gap_covered")
IMPORTS = trip("undo/read_import")
ALBUM_RATINGS = trip("undo/read_rating")
RATING_UNDONE = trip("undo/fact_album_rating")
RELEASE_UNDONE = trip("undo/fact_album_release")
UNDONE_DERIVATION = Derivation(
    observe=trip(_PLAN, _STAGE, *_DIMENSIONS, *_CLASSES, "undo/undone_play", *_CLUSTERS),
    derive=trip(*_DERIVE),
)
WITHDRAWN = trip("undo/withdrawn_span")

# --- Plays and summaries derived again.

CHANGED_LISTENERS = trip("derive/read_changed_listener")
CHANGED_DERIVATION = Derivation(
    observe=trip(_STAGE, *_DIMENSIONS, *_CLASSES, *_CLUSTERS),
    derive=POLL_DERIVATION.derive,
)
TOUCHED_MONTHS = trip(_PLAN, *LISTENER_LOCK.files, "summaries/summary_month")
GIVEN_MONTHS = trip(_PLAN, "summaries/summary_month_given")
MONTHS = trip("summaries/read_touched_month")
SUMMARIES_BY_TRACK = trip(_TOUCHED_PLAY, "summaries/summary_play_once", *_BY_TRACK)
SUMMARIES_BY_TIME = trip(_TOUCHED_PLAY, "summaries/summary_play", *_BY_TIME)
ANALYZE = trip("summaries/analyze_ledger")
ALL_MONTHS = trip("summaries/touched_all")
STALE_SUMMARIES = trip("summaries/read_stale_summary")
WAITING_LISTENERS = trip("summaries/read_waiting_listener")

# --- Enrichment and releases.

CATALOGUE_QUEUE = trip("enrich/read_catalogue_queue")
ANSWERS = trip(
    *(_STAGE, *_name("enrich", "stage_answers stage_owed")),
    Rows((*_STAGED.tables, "staged_answered_track", "staged_artist_genre", "staged_owed_answer")),
    "enrich/keep_known",
    *_DIMENSIONS,
    "derive/match_class",
    *_name("enrich", "answered_track artist_genre keep_needed_pages"),
    *_name("derive", "changed_length etl_changed_class etl_touched_track"),
    *("enrich/answered", _OWED),
)
GENRE_QUEUE = trip("enrich/read_genre_queue")
GENRES = trip("enrich/stage_owed", Rows(("staged_owed_answer",)), "enrich/musicbrainz_genre", _OWED)
WATCH = trip("releases/watched_artist", "releases/read_artist_watch")
RELEASES = trip(
    *(_STAGE, "releases/stage_releases", "enrich/stage_owed"),
    Rows((*_STAGED.tables, "staged_release", "staged_artist_watch", "staged_owed_answer")),
    *_name("releases", "watched_artist keep_watched"),
    *_name("dimensions", "analyze_stage dim_artist dim_album dim_track bridges"),
    *_name("releases", "fact_album_release etl_artist_watch answered_artist"),
    "derive/etl_touched_track",
    _OWED,
)
FOLLOWED = trip(_STAGE, _STAGED, "dimensions/dim_artist", "releases/bridge_listener_artist")
RELEASE_QUEUE = trip("releases/read_release_queue")
NEW_RELEASES = trip("releases/read_new_release")
NEW_RELEASE_COUNT = trip("releases/count_new_release")

# --- What listeners say: ratings, recordings, exclusions. Ranks.

RATING_LOCK = trip("ratings/lock_ratings")
RATERS = trip("ratings/read_rater")
MATCHED_ALBUMS = trip("ratings/match_album")
NAMED_ALBUMS = trip("ratings/named_rating_album")
RATINGS = trip("ratings/fact_album_rating")
NAMELESS_RATINGS = trip("ratings/read_nameless_rating")
FOUND_ALBUMS = trip("ratings/found_album")
RANK_LOCK = trip("ranks/lock_ranks")
RANK_METHODS = trip("ranks/dim_rank_method")
TOUCHED_LISTENERS = trip("ranks/read_touched_listener")
LISTENER_SUMMARIES = trip(*LISTENER_LOCK.files, *SUMMARIES.steps)
LISTENING = trip("ranks/fact_album_listening")
RANKS = trip("ranks/fact_album_rank")
PAST_YEARS = trip("ranks/fact_album_rank_year")
RECORDING_DECISION = trip("recordings/dim_recording_decision")
RECORDING_LOCK = trip(_PLAN, "recordings/lock_recordings")
NAMES_JOINED = trip("recordings/same_as")
RECORDINGS_JOINED = trip("recordings/same_as", "recordings/dim_recording")
EXCLUSION = trip("exclusions/dim_exclusion")
EXCLUSION_UNDONE = trip("exclusions/dim_exclusion_undone")
EXCLUSIONS = trip("exclusions/read_exclusion")
LEFT_OUT = trip("exclusions/read_left_out")
