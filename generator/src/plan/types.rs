//! Types of fields, as Rust writes them and as the runtime describes them.

use super::{
    context::{Context, Scope},
    names::{self, ident},
};
use crate::model::{FieldType, Item, ModelId, Scalar, TypeKind};

impl Context<'_> {
    /// The Rust type of a field.
    pub(super) fn field_type(&self, scope: Scope, ty: FieldType) -> String {
        let plain = match ty.kind {
            TypeKind::Scalar(scalar) => self.scalar_type(scope, scalar),
            TypeKind::Struct(id) => self.item_type(scope, Item::Struct(id)),
            TypeKind::Json => "::keyloom::Json".to_owned(),
            TypeKind::Version => "u64".to_owned(),
            TypeKind::List(item) => format!("::std::vec::Vec<{}>", self.item_type(scope, item)),
            TypeKind::Map(item) => {
                format!(
                    "::std::collections::BTreeMap<::std::string::String, {}>",
                    self.item_type(scope, item)
                )
            }
        };
        optional_type(plain, ty.optional)
    }

    /// The Rust type of what a list or a map holds.
    fn item_type(&self, scope: Scope, item: Item) -> String {
        match item {
            Item::Scalar(scalar) => self.scalar_type(scope, scalar),
            Item::Struct(id) => {
                format!("{}{}", scope.root(), ident(&self.schema.structure(id).name))
            }
        }
    }

    /// The Rust type of one value.
    pub(super) fn scalar_type(&self, scope: Scope, scalar: Scalar) -> String {
        let fixed = match scalar {
            Scalar::Bool => "bool",
            Scalar::I32 => "i32",
            Scalar::I64 => "i64",
            Scalar::U32 => "u32",
            Scalar::U64 => "u64",
            Scalar::F64 => "f64",
            Scalar::String => "::std::string::String",
            Scalar::Bytes => "::std::vec::Vec<u8>",
            Scalar::Uuid => "::keyloom::Uuid",
            Scalar::Timestamp => "::keyloom::Timestamp",
            Scalar::Date => "::keyloom::Date",
            Scalar::Duration => "::keyloom::Duration",
            Scalar::Decimal => "::keyloom::Decimal",
            Scalar::Enum(id) => {
                return format!(
                    "{}{}",
                    scope.root(),
                    ident(&self.schema.enumeration(id).name)
                );
            }
            Scalar::Id(id) => return self.key_type(scope, id),
        };
        fixed.to_owned()
    }

    /// The newtype that is the key of a model.
    pub(super) fn key_type(&self, scope: Scope, model: ModelId) -> String {
        let (owner, _) = self.schema.key_owner(model);
        let name = ident(&names::key_type(&self.schema.model(owner).name));
        if scope == Scope::Table(owner) {
            name
        } else {
            format!("{}{name}", scope.root())
        }
    }

    /// Whether the values are copied rather than cloned.
    pub(super) fn is_copy_scalar(&self, scalar: Scalar) -> bool {
        match scalar {
            Scalar::String | Scalar::Bytes => false,
            Scalar::Enum(id) => !self.schema.enumeration(id).open,
            Scalar::Id(_) => self.is_copy_scalar(self.schema.stored(scalar)),
            _ => true,
        }
    }

    /// Whether the values of a field are copied rather than cloned.
    pub(super) fn is_copy(&self, ty: FieldType) -> bool {
        match ty.kind {
            TypeKind::Scalar(scalar) => self.is_copy_scalar(scalar),
            TypeKind::Version => true,
            TypeKind::Struct(_) | TypeKind::Json | TypeKind::List(_) | TypeKind::Map(_) => false,
        }
    }

    /// The runtime's description of a field's type.
    pub(super) fn stored_type(&self, scope: Scope, kind: TypeKind) -> String {
        match kind {
            TypeKind::Scalar(scalar) => self.stored_scalar(scope, scalar),
            TypeKind::Struct(id) => self.stored_item(scope, Item::Struct(id)),
            TypeKind::Json => "__rt::Type::Json".to_owned(),
            TypeKind::Version => "__rt::Type::Version".to_owned(),
            TypeKind::List(item) => format!("__rt::Type::List(&{})", self.stored_item(scope, item)),
            TypeKind::Map(item) => format!("__rt::Type::Map(&{})", self.stored_item(scope, item)),
        }
    }

    fn stored_item(&self, scope: Scope, item: Item) -> String {
        match item {
            Item::Scalar(scalar) => self.stored_scalar(scope, scalar),
            Item::Struct(id) => format!(
                "__rt::Type::Struct(&{}{})",
                scope.root(),
                self.struct_static(id)
            ),
        }
    }

    /// The runtime's description of a value: an id is described as what it holds.
    fn stored_scalar(&self, scope: Scope, scalar: Scalar) -> String {
        format!("__rt::Type::{}", self.stored_variant(scope, scalar))
    }

    /// [`Self::stored_scalar`] without the path of its enum.
    pub(super) fn stored_variant(&self, scope: Scope, scalar: Scalar) -> String {
        let variant = match scalar {
            Scalar::Bool => "Bool",
            Scalar::I32 => "I32",
            Scalar::I64 => "I64",
            Scalar::U32 => "U32",
            Scalar::U64 => "U64",
            Scalar::F64 => "F64",
            Scalar::String => "String",
            Scalar::Bytes => "Bytes",
            Scalar::Uuid => "Uuid",
            Scalar::Timestamp => "Timestamp",
            Scalar::Date => "Date",
            Scalar::Duration => "Duration",
            Scalar::Decimal => "Decimal",
            Scalar::Enum(id) => {
                return format!("Enum(&{}{})", scope.root(), self.enum_static(id));
            }
            Scalar::Id(_) => return self.stored_variant(scope, self.schema.stored(scalar)),
        };
        variant.to_owned()
    }
}

/// The type of a value that may be absent, if it may.
pub(super) fn optional_type(plain: String, optional: bool) -> String {
    if optional {
        format!("::std::option::Option<{plain}>")
    } else {
        plain
    }
}
