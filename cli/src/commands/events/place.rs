//! Places in a log, as they are written on the command line.

use keyloom::Timestamp;
use keyloom::admin::Place;

/// `earliest`, `latest`, a time or an offset.
pub(super) fn parse(text: &str) -> Result<Place, String> {
    match text {
        "earliest" => return Ok(Place::Earliest),
        "latest" => return Ok(Place::Latest),
        _ => {}
    }
    if let Ok(offset) = text.parse() {
        return Ok(Place::Offset(offset));
    }
    text.parse::<Timestamp>().map(Place::Time).map_err(|_| {
        "give `earliest`, `latest`, an offset such as `18`, or a time such as `2026-03-01T08:00:00Z`"
            .to_owned()
    })
}
