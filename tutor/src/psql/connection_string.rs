//! Connection strings, as `\c` and `tutor play --database` take them.

use crate::wire::{ConnectOptions, Host};

/// Whether a database's name is a whole connection string, by libpq's rule.
pub fn is_connection_string(text: &str) -> bool {
    text.starts_with("postgresql://") || text.starts_with("postgres://") || text.contains('=')
}

/// What a connection string (`postgresql://..` or `name=value ..`) asks for; what it leaves open is as in `defaults`.
/// The error says what is wrong with it.
pub fn parse_connection_string(text: &str, defaults: &ConnectOptions) -> Result<ConnectOptions, String> {
    let config: postgres::Config = text.parse().map_err(|error: postgres::Error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{error}{cause}")
    })?;
    let mut options = defaults.clone();
    if let Some(user) = config.get_user() {
        // A password belongs to a user.
        options.password = options.password.filter(|_| user == options.user);
        user.clone_into(&mut options.user);
    }
    if let Some(password) = config.get_password() {
        options.password = Some(String::from_utf8_lossy(password).into_owned());
    }
    if let Some(database) = config.get_dbname() {
        database.clone_into(&mut options.database);
    }
    match config.get_hosts().first() {
        Some(postgres::config::Host::Tcp(name)) => options.host = Host::Tcp(name.clone()),
        Some(postgres::config::Host::Unix(directory)) => options.host = Host::Socket(directory.clone()),
        None => {}
    }
    if let Some(port) = config.get_ports().first() {
        options.port = *port;
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> ConnectOptions {
        ConnectOptions {
            host: Host::Socket("/tmp".into()),
            port: 5432,
            user: "a".to_owned(),
            password: Some("secret".to_owned()),
            database: "d".to_owned(),
            application_name: "tutor".to_owned(),
        }
    }

    #[test]
    fn both_forms_are_read() {
        let parse = |text| parse_connection_string(text, &defaults()).expect("a connection string");
        let options = parse("postgresql://b:pw@/e?host=/run/s&port=5433");
        assert_eq!((options.user.as_str(), options.password.as_deref(), options.port), ("b", Some("pw"), 5433));
        assert_eq!((options.database.as_str(), &options.host), ("e", &Host::Socket("/run/s".into())));
        let options = parse("host=h user=b");
        assert_eq!((options.database.as_str(), &options.host), ("d", &Host::Tcp("h".to_owned())));
        assert_eq!(options.password, None);
    }

    #[test]
    fn plain_names_are_none() {
        assert!(!is_connection_string("play") && is_connection_string("dbname=play"));
        assert!(parse_connection_string("nosuch=x", &defaults()).is_err());
    }
}
