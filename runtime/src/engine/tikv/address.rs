//! Addresses: `tikv://pd1:2379,pd2:2379?prefix=app&timeout=5s`.

use super::TikvOptions;
use crate::engine::units::{size, time};

/// The options of an address, and what each takes.
const OPTIONS: [(&str, &str); 12] = [
    ("prefix", "`prefix=app`"),
    ("keyspace", "`keyspace=team`"),
    ("ca", "`ca=FILE`"),
    ("cert", "`cert=FILE`"),
    ("key", "`key=FILE`"),
    ("connect", "`connect=10s`"),
    ("timeout", "`timeout=10s`"),
    ("retry", "`retry=30s`"),
    ("decode", "`decode=64MB`"),
    ("verify-commits", "`verify-commits=on|off`"),
    ("gc", "`gc=10m|off`"),
    ("max-snapshot-age", "`max-snapshot-age=24h`"),
];

impl TikvOptions {
    /// Reads what stands behind `tikv://`; the error says what is wrong and what is right.
    pub fn parse(address: &str) -> Result<Self, String> {
        let (servers, query) = address.split_once('?').unwrap_or((address, ""));
        // `tikv://pd:2379/` is what some tools make of it.
        let servers = servers.strip_suffix('/').unwrap_or(servers);
        let mut options = Self::new(servers.split(',').map(str::trim));
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            options.set(&name.replace('_', "-"), value)?;
        }
        options.check()?;
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let Some((_, example)) = OPTIONS.iter().find(|(known, _)| *known == name) else {
            return Err(unknown(name));
        };
        self.take(name, value)
            .ok_or_else(|| format!("`{name}={value}` is not right; it takes {example}"))
    }

    /// None if the value is none of the option's.
    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        let file = || (!value.is_empty()).then(|| value.into());
        match name {
            "prefix" => self.prefix = Some(value.to_owned()),
            "keyspace" => self.keyspace = (!value.is_empty()).then(|| value.to_owned()),
            "ca" => self.ca = Some(file()?),
            "cert" => self.cert = Some(file()?),
            "key" => self.key = Some(file()?),
            "connect" => self.connect = time(value)?,
            "timeout" => self.timeout = time(value)?,
            "retry" => self.retry = time(value)?,
            "decode" => self.decode = size(value)?,
            "verify-commits" => self.verify_commits = switch(value)?,
            "gc" if value == "off" => self.gc = None,
            "gc" => self.gc = Some(time(value)?),
            "max-snapshot-age" => self.max_snapshot_age = Some(time(value)?),
            _ => return None,
        }
        Some(())
    }
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// Names the nearest option, and all of them.
fn unknown(name: &str) -> String {
    let near = OPTIONS
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(known, name), known))
        .min();
    let hint = match near {
        Some((distance, known)) if distance <= 2.max(name.len() / 3) => {
            format!("; did you mean `{known}`?")
        }
        _ => String::new(),
    };
    let examples: Vec<&str> = OPTIONS.iter().map(|(_, example)| *example).collect();
    format!(
        "there is no option `{name}`{hint} The options of TiKV are {}",
        examples.join(", ")
    )
    .replace("` The", "`. The")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn wrong(address: &str) -> String {
        TikvOptions::parse(address).unwrap_err()
    }

    #[test]
    fn an_address_says_what_the_builder_says() {
        let address = "pd1:2379,pd2:2380?prefix=app&keyspace=team&ca=a.pem&cert=b.pem&key=c.pem&connect=3s&timeout=4s\
                       &retry=5s&decode=128MB&verify_commits=off&gc=1h&max-snapshot-age=2h";
        let built = TikvOptions::new(["pd1:2379", "pd2:2380"])
            .prefix("app")
            .keyspace("team")
            .tls("a.pem", "b.pem", "c.pem")
            .connect(Duration::from_secs(3))
            .timeout(Duration::from_secs(4))
            .retry(Duration::from_secs(5))
            .decode(128 << 20)
            .verify_commits(false)
            .gc(Some(Duration::from_hours(1)))
            .max_snapshot_age(Duration::from_hours(2));
        assert_eq!(TikvOptions::parse(address), Ok(built));
        assert_eq!(
            TikvOptions::parse("pd:2379/?prefix=app&gc=off"),
            Ok(TikvOptions::new(["pd:2379"]).prefix("app").gc(None))
        );
    }

    #[test]
    fn an_unknown_option_is_an_error_that_lists_the_right_ones() {
        let error = wrong("pd:2379?prefx=app");
        assert_eq!(
            error,
            "there is no option `prefx`; did you mean `prefix`? The options of TiKV are `prefix=app`, `keyspace=team`, \
             `ca=FILE`, `cert=FILE`, `key=FILE`, `connect=10s`, `timeout=10s`, `retry=30s`, `decode=64MB`, \
             `verify-commits=on|off`, `gc=10m|off`, `max-snapshot-age=24h`"
        );
        let error = wrong("pd:2379?colour=red");
        assert!(
            error.starts_with("there is no option `colour`. The options"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_value_is_an_error_that_shows_a_right_one() {
        for (option, right) in [
            ("timeout=soon", "`timeout=10s`"),
            ("timeout=10", "`timeout=10s`"),
            ("decode=big", "`decode=64MB`"),
            ("verify-commits=maybe", "`verify-commits=on|off`"),
            ("gc=never", "`gc=10m|off`"),
            ("ca=", "`ca=FILE`"),
        ] {
            let error = wrong(&format!("pd:2379?prefix=app&{option}"));
            assert_eq!(error, format!("`{option}` is not right; it takes {right}"));
        }
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for (address, part) in [
            ("pd:2379", "needs a `prefix=`"),
            ("pd:2379?prefix=", "the `prefix=` is empty"),
            ("?prefix=app", "no PD server"),
            ("pd?prefix=app", "`pd` is not a list of PD servers"),
            ("pd:2379,:1?prefix=app", "not a list of PD servers"),
            ("pd:2379?prefix=app&ca=a.pem", "all three"),
            ("pd:2379?prefix=app&gc=5s", "at least `10s`"),
            ("pd:2379?prefix=app&retry=0s", "longer than nothing"),
        ] {
            let error = wrong(address);
            assert!(error.contains(part), "{address}: {error}");
        }
        let long = format!("pd:2379?prefix={}", "p".repeat(257));
        assert!(wrong(&long).contains("takes 257 bytes"));
    }

    #[test]
    fn a_keyspace_needs_no_prefix() {
        let options = TikvOptions::parse("pd:2379?keyspace=team").unwrap();
        assert_eq!(options, TikvOptions::new(["pd:2379"]).keyspace("team"));
    }
}
