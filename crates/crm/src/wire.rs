//! Closed sets of words that stand in the database and on the wire alike.

/// Declares an enum whose variants have one spelling everywhere: `name()`, `from_name()`, serde, JSON schema, SQL.
#[macro_export]
macro_rules! wire_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        #[schemars(inline)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            pub fn from_name(name: &str) -> Option<$name> {
                match name { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl ::store::AsParam for $name {
            fn as_param(&self) -> ::store::Param<'_> {
                ::store::Param::Text(self.name())
            }
        }

        impl ::store::FromValue for $name {
            fn from_value(value: &::store::Value) -> ::std::result::Result<Self, ::store::Mismatch> {
                match value {
                    ::store::Value::Text(text) => $name::from_name(text),
                    _ => None,
                }
                .ok_or(::store::Mismatch::new(concat!("one of ", stringify!($($variant),+)), value))
            }
        }
    };
}
