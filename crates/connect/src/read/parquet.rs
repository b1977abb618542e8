//! Parquet by its row interface: flat columns of numbers, dates and text.

use chrono::{DateTime, Days, NaiveDate};
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::record::Field;

use super::Limits;
use super::cell::{OwnedCell, RawColumn, RawTable};
use super::error::ReadError;
use super::header;

/// Reads the whole file.
pub(crate) fn read(
    file: impl ChunkReader + 'static,
    limits: Limits,
) -> Result<RawTable, ReadError> {
    let reader = SerializedFileReader::new(file)?;
    let meta = reader.metadata().file_metadata();
    let rows = u64::try_from(meta.num_rows()).unwrap_or(0);
    if rows > limits.rows {
        return Err(ReadError::TooManyRows { limit: limits.rows });
    }
    let fields = meta.schema().get_fields();
    if fields.len() > limits.columns {
        return Err(ReadError::TooManyColumns { columns: fields.len(), limit: limits.columns });
    }
    let mut names: Vec<String> = fields.iter().map(|f| f.name().to_owned()).collect();
    if names.is_empty() {
        return Err(ReadError::Empty);
    }
    header::settle_names(&mut names, 1)?;
    if rows == 0 {
        return Err(ReadError::HeaderOnly { line: 1 });
    }
    let mut columns: Vec<Vec<OwnedCell>> = vec![Vec::new(); names.len()];
    let mut lines = Vec::new();
    for (index, row) in reader.get_row_iter(None)?.enumerate() {
        let row = row?;
        for ((_, field), (cells, name)) in row.get_column_iter().zip(columns.iter_mut().zip(&names))
        {
            cells.push(cell(field, name)?);
        }
        lines.push(index as u64 + 1);
    }
    Ok(RawTable { names, columns: columns.into_iter().map(RawColumn::Cells).collect(), lines })
}

fn cell(field: &Field, column: &str) -> Result<OwnedCell, ReadError> {
    let refuse = |found| Err(ReadError::ParquetColumn { column: column.to_owned(), found });
    let number =
        |value: f64| if value.is_finite() { OwnedCell::Number(value) } else { OwnedCell::Blank };
    let moment = |time: Option<DateTime<chrono::Utc>>| {
        time.map_or(OwnedCell::Blank, |t| OwnedCell::Date(t.date_naive()))
    };
    Ok(match field {
        Field::Null => OwnedCell::Blank,
        Field::Bool(flag) => OwnedCell::Flag(*flag),
        Field::Byte(n) => number(f64::from(*n)),
        Field::Short(n) => number(f64::from(*n)),
        Field::Int(n) => number(f64::from(*n)),
        Field::Long(n) => number(*n as f64),
        Field::UByte(n) => number(f64::from(*n)),
        Field::UShort(n) => number(f64::from(*n)),
        Field::UInt(n) => number(f64::from(*n)),
        Field::ULong(n) => number(*n as f64),
        Field::Float16(x) => number(f64::from(*x)),
        // The shortest text of a 32-bit float is what its writer meant: 0.1, not 0.10000000149.
        Field::Float(x) => number(x.to_string().parse().unwrap_or(f64::from(*x))),
        Field::Double(x) => number(*x),
        Field::Decimal(_) => match field.to_string().parse() {
            Ok(x) => number(x),
            Err(_) => OwnedCell::text(&field.to_string()),
        },
        Field::Str(text) => OwnedCell::text(text),
        Field::Date(days) => OwnedCell::Date(day(i64::from(*days)).unwrap_or_default()),
        Field::TimestampMillis(ms) => moment(DateTime::from_timestamp_millis(*ms)),
        Field::TimestampMicros(us) => moment(DateTime::from_timestamp_micros(*us)),
        Field::TimeMillis(_) | Field::TimeMicros(_) => return refuse("times of day"),
        Field::Bytes(bytes) => match bytes.as_utf8() {
            Ok(text) => OwnedCell::text(text),
            Err(_) => return refuse("binary values"),
        },
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            return refuse("nested values");
        }
    })
}

fn day(days: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let count = Days::new(days.unsigned_abs());
    if days < 0 { epoch.checked_sub_days(count) } else { epoch.checked_add_days(count) }
}
