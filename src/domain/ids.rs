//! Typed dense indices. Codes from outside (ZIP, FIPS, customer numbers) are text and live in columns.

macro_rules! index {
    ($(#[$doc:meta])* $name:ident, $int:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $int);

        impl $name {
            /// The position in a column.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of a position in a column. Positions beyond the range of the id are a bug of the caller.
            pub fn from_index(index: usize) -> Self {
                debug_assert!(index <= <$int>::MAX as usize);
                Self(index as $int)
            }
        }
    };
}

index!(
    /// A unit: an indivisible piece of map.
    UnitId,
    u32
);
index!(
    /// An account: a customer or prospect.
    AccountId,
    u32
);
index!(
    /// A territory. 0 is "unassigned"; ids of removed territories are not used again while undo can bring them back.
    TerritoryId,
    u16
);
index!(
    /// A district, region or other group of territories. 0 is never used.
    GroupId,
    u16
);
index!(
    /// A rep, by position in the roster.
    RepId,
    u16
);
index!(
    /// A measure, by position in the project's list.
    MeasureId,
    u16
);
index!(
    /// A shared piece of border in the topology.
    ArcId,
    u32
);

impl TerritoryId {
    /// The owner of what nobody owns.
    pub const UNASSIGNED: Self = Self(0);

    pub fn is_unassigned(self) -> bool {
        self == Self::UNASSIGNED
    }
}
