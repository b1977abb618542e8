//! Draws as Parquet: `chain`, `draw`, every scalar by name for people, and the model's own
//! coordinates (`theta.i`, `z.j`) from which the draws are restored exactly.

use std::error::Error;
use std::fs::File;
use std::sync::Arc;

use outlay_inference::WarmStart;
use outlay_mmm::density::{Draw, Evaluator};
use outlay_mmm::fit::Fitted;
use outlay_mmm::model::Model;
use outlay_mmm::scalars::Scalars;
use outlay_mmm::summary::Method;
use parquet::basic::{Compression, Repetition, Type as Physical};
use parquet::data_type::{DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::RowAccessor;
use parquet::schema::types::Type;

type Failed = Box<dyn Error + Send + Sync>;

/// Writes all draws.
pub(super) fn write(file: File, fitted: &Fitted) -> Result<(), Failed> {
    let scalars = Scalars::new(&fitted.model);
    let draws: Vec<&Draw> = fitted.draws().collect();
    let (thetas, zs) = sizes(&fitted.model);
    let field = |name: &str, physical| -> Result<_, Failed> {
        let field = Type::primitive_type_builder(name, physical);
        Ok(Arc::new(field.with_repetition(Repetition::REQUIRED).build()?))
    };
    let mut fields = vec![field("chain", Physical::INT64)?, field("draw", Physical::INT64)?];
    for name in &scalars.names {
        fields.push(field(name, Physical::DOUBLE)?);
    }
    for i in 0..thetas {
        fields.push(field(&format!("theta.{i}"), Physical::DOUBLE)?);
    }
    for j in 0..zs {
        fields.push(field(&format!("z.{j}"), Physical::DOUBLE)?);
    }
    let schema = Arc::new(Type::group_type_builder("draws").with_fields(fields).build()?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .build();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let chains: Vec<i64> = fitted
        .chains
        .iter()
        .zip(0_i64..)
        .flat_map(|(chain, c)| std::iter::repeat_n(c, chain.len()))
        .collect();
    let numbers: Vec<i64> =
        fitted.chains.iter().flat_map(|chain| (0_i64..).take(chain.len())).collect();
    for values in [&chains, &numbers] {
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(values, None, None)?;
            column.close()?;
        }
    }
    let mut buffer = Vec::with_capacity(draws.len());
    let mut doubles = |values: &mut dyn Iterator<Item = f64>| -> Result<(), Failed> {
        buffer.clear();
        buffer.extend(values);
        if let Some(mut column) = group.next_column()? {
            column.typed::<DoubleType>().write_batch(&buffer, None, None)?;
            column.close()?;
        }
        Ok(())
    };
    for i in 0..scalars.len() {
        doubles(&mut draws.iter().map(|d| scalars.value(i, d)))?;
    }
    for i in 0..thetas {
        doubles(&mut draws.iter().map(|d| d.theta[i]))?;
    }
    for j in 0..zs {
        doubles(&mut draws.iter().map(|d| d.standardised[j]))?;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}

fn sizes(model: &Model) -> (usize, usize) {
    (model.layout.len(), model.block.len())
}

/// Restores the draws of a model.
pub(super) fn read(file: File, model: Model, warm: Option<WarmStart>) -> Result<Fitted, Failed> {
    let reader = SerializedFileReader::new(file)?;
    let (thetas, zs) = sizes(&model);
    let model = Arc::new(model);
    let mut evaluator = Evaluator::new(Arc::clone(&model));
    let columns = reader.metadata().file_metadata().schema().get_fields().len();
    let first = columns
        .checked_sub(thetas + zs)
        .ok_or_else(|| Failed::from("its columns do not fit the specification beside it"))?;
    let mut chains: Vec<Vec<Draw>> = Vec::new();
    for row in reader.get_row_iter(None)? {
        let row = row?;
        let chain = usize::try_from(row.get_long(0)?)?;
        let values = |from: usize, n: usize| -> Result<Vec<f64>, Failed> {
            (from..from + n).map(|i| Ok(row.get_double(i)?)).collect()
        };
        let draw = evaluator.restore(values(first, thetas)?, values(first + thetas, zs)?);
        if chains.len() <= chain {
            chains.resize(chain + 1, Vec::new());
        }
        chains[chain].push(draw);
    }
    Ok(Fitted {
        model,
        chains,
        method: Method::Nuts,
        seed: 0,
        facts: Vec::new(),
        traces: Vec::new(),
        restarts: 0,
        abandoned: 0,
        interrupted: false,
        gradient_evaluations: 0,
        khat: None,
        warm,
    })
}
