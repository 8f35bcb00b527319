//! A row of the file becomes a record of the schema.

use crate::{
    chinook::{
        Album, AlbumId, Artist, ArtistId, Customer, CustomerId, Employee, EmployeeId, Genre,
        GenreId, Invoice, InvoiceId, InvoiceLine, InvoiceLineId, MediaType, MediaTypeId, Playlist,
        PlaylistId, PlaylistTrack, Track, TrackId,
    },
    row::{Row, Unexpected},
};

type Made<T> = Result<T, Unexpected>;

pub(crate) fn artists(row: Row<'_>) -> Made<Artist> {
    Ok(Artist {
        id: ArtistId(row.int("ArtistId")?),
        name: row.text("Name")?,
    })
}

pub(crate) fn albums(row: Row<'_>) -> Made<Album> {
    Ok(Album {
        id: AlbumId(row.int("AlbumId")?),
        title: row.text("Title")?,
        artist_id: ArtistId(row.int("ArtistId")?),
    })
}

pub(crate) fn genres(row: Row<'_>) -> Made<Genre> {
    Ok(Genre {
        id: GenreId(row.int("GenreId")?),
        name: row.text("Name")?,
    })
}

pub(crate) fn media_types(row: Row<'_>) -> Made<MediaType> {
    Ok(MediaType {
        id: MediaTypeId(row.int("MediaTypeId")?),
        name: row.text("Name")?,
    })
}

pub(crate) fn tracks(row: Row<'_>) -> Made<Track> {
    Ok(Track {
        id: TrackId(row.int("TrackId")?),
        name: row.text("Name")?,
        album_id: row.maybe_int("AlbumId")?.map(AlbumId),
        media_type_id: MediaTypeId(row.int("MediaTypeId")?),
        genre_id: row.maybe_int("GenreId")?.map(GenreId),
        composer: row.maybe_text("Composer")?,
        milliseconds: row.int("Milliseconds")?,
        bytes: row.maybe_int("Bytes")?,
        unit_price: row.decimal("UnitPrice")?,
    })
}

pub(crate) fn playlists(row: Row<'_>) -> Made<Playlist> {
    Ok(Playlist {
        id: PlaylistId(row.int("PlaylistId")?),
        name: row.maybe_text("Name")?,
    })
}

pub(crate) fn playlist_tracks(row: Row<'_>) -> Made<PlaylistTrack> {
    Ok(PlaylistTrack {
        playlist_id: PlaylistId(row.int("PlaylistId")?),
        track_id: TrackId(row.int("TrackId")?),
    })
}

pub(crate) fn employees(row: Row<'_>) -> Made<Employee> {
    Ok(Employee {
        id: EmployeeId(row.int("EmployeeId")?),
        last_name: row.text("LastName")?,
        first_name: row.text("FirstName")?,
        title: row.maybe_text("Title")?,
        reports_to: row.maybe_int("ReportsTo")?.map(EmployeeId),
        birth_date: row.maybe_time("BirthDate")?,
        hire_date: row.maybe_time("HireDate")?,
        address: row.maybe_text("Address")?,
        city: row.maybe_text("City")?,
        state: row.maybe_text("State")?,
        country: row.maybe_text("Country")?,
        postal_code: row.maybe_text("PostalCode")?,
        phone: row.maybe_text("Phone")?,
        fax: row.maybe_text("Fax")?,
        email: row.maybe_text("Email")?,
    })
}

pub(crate) fn customers(row: Row<'_>) -> Made<Customer> {
    Ok(Customer {
        id: CustomerId(row.int("CustomerId")?),
        first_name: row.text("FirstName")?,
        last_name: row.text("LastName")?,
        company: row.maybe_text("Company")?,
        address: row.maybe_text("Address")?,
        city: row.maybe_text("City")?,
        state: row.maybe_text("State")?,
        country: row.maybe_text("Country")?,
        postal_code: row.maybe_text("PostalCode")?,
        phone: row.maybe_text("Phone")?,
        fax: row.maybe_text("Fax")?,
        email: row.text("Email")?,
        support_rep_id: row.maybe_int("SupportRepId")?.map(EmployeeId),
    })
}

pub(crate) fn invoices(row: Row<'_>) -> Made<Invoice> {
    Ok(Invoice {
        id: InvoiceId(row.int("InvoiceId")?),
        customer_id: CustomerId(row.int("CustomerId")?),
        invoice_date: row.time("InvoiceDate")?,
        billing_address: row.maybe_text("BillingAddress")?,
        billing_city: row.maybe_text("BillingCity")?,
        billing_state: row.maybe_text("BillingState")?,
        billing_country: row.maybe_text("BillingCountry")?,
        billing_postal_code: row.maybe_text("BillingPostalCode")?,
        total: row.decimal("Total")?,
    })
}

pub(crate) fn invoice_lines(row: Row<'_>) -> Made<InvoiceLine> {
    Ok(InvoiceLine {
        id: InvoiceLineId(row.int("InvoiceLineId")?),
        invoice_id: InvoiceId(row.int("InvoiceId")?),
        track_id: TrackId(row.int("TrackId")?),
        unit_price: row.decimal("UnitPrice")?,
        quantity: row.int32("Quantity")?,
    })
}
