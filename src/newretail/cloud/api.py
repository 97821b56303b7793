"""What other rooms may use of the cloud: cells, their routing, and API keys."""

from newretail.cloud.cells import (
    CellError,
    CellPlace,
    drop_cell,
    migrate_cells,
    open_cell,
    open_shadow,
    places,
    read_places,
    refresh_views,
    sweep,
)
from newretail.cloud.head import Head, advance_head, advance_step, head_of, lock_head, lock_step
from newretail.cloud.keys import SCOPES, Key, create_key, live_keys, prefix_of, revoke_key
from newretail.cloud.links import DatabaseAway, Links

__all__ = [
    "SCOPES",
    "CellError",
    "CellPlace",
    "DatabaseAway",
    "Head",
    "Key",
    "Links",
    "advance_head",
    "advance_step",
    "create_key",
    "drop_cell",
    "head_of",
    "live_keys",
    "lock_head",
    "lock_step",
    "migrate_cells",
    "open_cell",
    "open_shadow",
    "places",
    "prefix_of",
    "read_places",
    "refresh_views",
    "revoke_key",
    "sweep",
]
