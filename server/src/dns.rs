//! Checks host names by the rules of DNS, which URL parsers do not apply.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use url::Host;

/// Tells whether the host, in the form of SPEC 4.1, is an IP address or can be a name in DNS: each label has 1 to
/// 63 characters and neither begins nor ends with a hyphen, and the name has at most 253 characters.
pub(crate) fn is_host(host: &str) -> bool {
    if matches!(Host::parse(host), Ok(Host::Ipv4(_) | Host::Ipv6(_))) {
        return true;
    }
    let checked = Uts46::new().to_ascii(
        host.as_bytes(),
        AsciiDenyList::URL,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    checked.is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn a_host_is_an_address_or_a_name_that_dns_can_have() {
        let longest_label = "a".repeat(63);
        let longest_name = format!("{0}.{0}.{0}.{1}", longest_label, "a".repeat(61));
        for host in [
            "localhost",
            "example.com",
            "my_app.example.com",
            "r3---sn.example.com",
            "xn--bcher-kva.example",
            "192.0.2.1",
            "[::1]",
            &longest_label,
            &longest_name,
        ] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            ".",
            "app..com",
            ".com",
            "-a.com",
            "a-.com",
            "a.-",
            &format!("{longest_label}a.com"),
            &format!("{longest_name}a"),
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
