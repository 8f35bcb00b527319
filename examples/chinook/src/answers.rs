//! Questions, asked through indexes.

use crate::{
    chinook::{AlbumId, Chinook, CustomerId, customers, employees, genres, invoices, tracks},
    expected,
    row::Data,
    show::{self, Lines, cells},
};
use keyloom::{Read, Result, Timestamp};
use std::error::Error;

/// The album, genre, country and customer that the questions are about.
pub(crate) const ALBUM: i64 = 1;
pub(crate) const GENRE: &str = "Rock";
pub(crate) const COUNTRY: &str = "Brazil";
pub(crate) const CUSTOMER: i64 = 23;
/// How many invoices stand on a page.
pub(crate) const PAGE: usize = 3;

/// Asks everything in one snapshot, prints the answers, and counts those that differ from the file's.
pub(crate) async fn compare(store: &Chinook, data: &Data) -> Result<usize, Box<dyn Error>> {
    let at = store.snapshot().await?;
    let same = [
        show::answer(
            &format!("Tracks of the album {ALBUM}, in order"),
            &["track", "name", "price"],
            &album(&at).await?,
            &expected::album(data)?,
        ),
        show::answer(
            &format!("The ten longest tracks of the genre {GENRE}"),
            &["milliseconds", "track", "name"],
            &longest(&at).await?,
            &expected::longest(data)?,
        ),
        show::answer(
            "Employees by birth date",
            &["born", "name"],
            &births(&at).await?,
            &expected::births(data, |_| true)?,
        ),
        show::answer(
            "Employees born before 1970, the youngest first",
            &["born", "name"],
            &early_births(&at).await?,
            &expected::early_births(data)?,
        ),
        show::answer(
            &format!("Customers in {COUNTRY}, by city"),
            &["city", "name", "email"],
            &country(&at).await?,
            &expected::country(data)?,
        ),
        show::answer(
            &format!("Invoices of the customer {CUSTOMER}, newest first, page by page and back"),
            &["page", "date", "invoice", "total"],
            &pages(&at).await?,
            &expected::pages(data)?,
        ),
        show::answer(
            "All invoices, and the sum of their totals",
            &["invoices", "sum"],
            &sum(&at).await?,
            &expected::sum(data)?,
        ),
    ];
    Ok(same.iter().filter(|same| !**same).count())
}

async fn album(at: &impl Read) -> Result<Lines> {
    let found = tracks::by_album(AlbumId(ALBUM)).all(at, 100).await?;
    let lines = found.iter().map(|it| cells![it.id, it.name, it.unit_price]);
    Ok(Lines(lines.collect()))
}

async fn longest(at: &impl Read) -> Result<Lines> {
    let Some(genre) = genres::by_name(GENRE).one(at).await? else {
        return Ok(Lines(Vec::new()));
    };
    let page = tracks::by_genre_and_length(genre.id, ..)
        .limit(10)
        .page(at)
        .await?;
    let lines = page
        .items
        .iter()
        .map(|it| cells![it.milliseconds, it.id, it.name]);
    Ok(Lines(lines.collect()))
}

async fn births(at: &impl Read) -> Result<Lines> {
    let mut rows = employees::by_birth(..).stream(at);
    let mut lines = Vec::new();
    while let Some(it) = rows.next().await? {
        let born = it
            .birth_date
            .map_or("unknown".to_owned(), |time| time.to_string());
        lines.push(cells![born, it.last_name]);
    }
    Ok(Lines(lines))
}

async fn early_births(at: &impl Read) -> Result<Lines> {
    let query = employees::by_birth(..Timestamp::UNIX_EPOCH).reverse();
    let found = query.all(at, 100).await?;
    let lines = found
        .iter()
        .filter_map(|it| Some(cells![it.birth_date?, it.last_name]));
    Ok(Lines(lines.collect()))
}

async fn country(at: &impl Read) -> Result<Lines> {
    let found = customers::by_country_and_city(COUNTRY, ..)
        .all(at, 100)
        .await?;
    let lines = found.iter().map(|it| {
        let city = it.city.as_deref().unwrap_or_default();
        cells![city, it.last_name, it.email]
    });
    Ok(Lines(lines.collect()))
}

async fn pages(at: &impl Read) -> Result<Lines> {
    let query = || invoices::by_customer(CustomerId(CUSTOMER), ..).limit(PAGE);
    let mut lines = Vec::new();
    let mut number = 1;
    let mut page = query().page(at).await?;
    loop {
        lines.extend(
            page.items
                .iter()
                .map(|it| cells![number, it.invoice_date, it.id, it.total]),
        );
        if page.next.is_none() {
            break;
        }
        page = query().after(&page.next).page(at).await?;
        number += 1;
    }
    while page.previous.is_some() {
        page = query().before(&page.previous).page(at).await?;
        number -= 1;
        lines.extend(
            page.items
                .iter()
                .map(|it| cells![number, it.invoice_date, it.id, it.total]),
        );
    }
    Ok(Lines(lines))
}

async fn sum(at: &impl Read) -> Result<Lines> {
    let mut rows = invoices::all().stream(at);
    let (mut count, mut sum) = (0, keyloom::Decimal::ZERO);
    while let Some(it) = rows.next().await? {
        count += 1;
        sum += it.total;
    }
    Ok(Lines(vec![cells![count, sum]]))
}
