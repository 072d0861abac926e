#include "model.h"

#include "gradient.h"

#include <collet/helpers.h>

static void fill_batch(test_model *m, uint32_t rows, bool soft)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 10);
    uint32_t outputs = m->task.outputs;
    bool classify = m->task.type == COLLET_TASK_CLASSIFY;
    m->x = collet_zeros((size_t)rows * m->task.features);
    m->targets = collet_zeros((size_t)rows * outputs);
    m->labels = calloc(rows, sizeof *m->labels);
    for (size_t i = 0; i < (size_t)rows * m->task.features; i++) {
        m->x[i] = (float)collet_normal(&rng);
    }
    for (uint32_t r = 0; r < rows; r++) {
        m->labels[r] = (int32_t)(r % outputs);
        for (uint32_t k = 0; k < outputs; k++) {
            m->targets[r * outputs + k] = k == r % outputs ? 0.8f : 0.2f / (float)(outputs - 1);
        }
    }
    m->batch = (collet_batch){.struct_size = COLLET_SIZE(collet_batch),
                              .rows = rows,
                              .x = m->x,
                              .labels = classify ? m->labels : NULL,
                              .targets = soft || !classify ? m->targets : NULL};
}

void test_model_create(test_model *m, collet_task task, uint32_t rows, bool soft)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 9);
    m->task = task;
    m->task.struct_size = COLLET_SIZE(collet_task);
    m->task.max_rows = rows;
    if (task.form == COLLET_DATA_IMAGES) {
        m->task.features = task.height * task.width * task.channels;
    }
    m->model = m->unit.unit->vtable;
    ck_assert_msg(m->model->create(clt_host_table(&m->unit.host), m->unit.config, &m->task,
                                   &m->self) == COLLET_OK,
                  "%s", m->unit.host.said);
    m->layout = m->model->layout(m->self);
    m->theta = collet_zeros(m->layout->theta_count);
    m->grad = collet_zeros(m->layout->theta_count);
    ck_assert_int_eq(m->model->init(m->self, &rng, m->theta), 0);
    fill_batch(m, rows, soft);
}

void test_model_destroy(test_model *m)
{
    m->model->destroy(m->self);
    free(m->theta);
    free(m->grad);
    free(m->x);
    free(m->targets);
    free(m->labels);
}

double test_model_loss(test_model *m, float *grad)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 4);
    float value;
    ck_assert_int_eq(m->model->loss(m->self, &rng, m->theta, &m->batch, grad, &value, NULL), 0);
    return (double)value;
}

const collet_segment *test_model_segment(const test_model *m, uint32_t i)
{
    ck_assert_uint_lt(i, m->layout->segment_count);
    return &m->layout->segments[i];
}

void test_model_check_gradient(test_model *m, const char *what)
{
    for (uint32_t i = 0; i < m->layout->segment_count; i++) {
        const collet_segment *s = test_model_segment(m, i);
        for (uint32_t k = 0; (s->flags & COLLET_SEGMENT_NO_DECAY) != 0 && k < s->columns; k++) {
            m->theta[s->offset + k] += 0.05f; /* so that relu's corner is not in the way */
        }
    }
    test_gradient(&(test_point){m->model, m->self, m->layout, m->theta, &m->batch, what});
}

void test_model_check_repeatable(test_model *m)
{
    float *first = collet_zeros(m->layout->theta_count);
    double value = test_model_loss(m, m->grad);
    memcpy(first, m->grad, m->layout->theta_count * sizeof *first);
    ck_assert(test_model_loss(m, m->grad) == value); /* over what is there already */
    ck_assert_mem_eq(first, m->grad, m->layout->theta_count * sizeof *first);
    free(first);
}

/* Mean cross-entropy of scores with the batch's labels. */
static double cross_entropy(const test_model *m, const float *scores)
{
    double value = 0;
    for (uint32_t r = 0; r < m->batch.rows; r++, scores += m->task.outputs) {
        double sum = 0;
        for (uint32_t k = 0; k < m->task.outputs; k++) {
            sum += exp((double)scores[k]);
        }
        value += log(sum) - (double)scores[m->labels[r]];
    }
    return value / m->batch.rows;
}

void test_model_check_prediction(test_model *m)
{
    size_t n = (size_t)m->batch.rows * m->task.outputs;
    float *once = collet_zeros(n), *twice = collet_zeros(n);
    double trained = test_model_loss(m, m->grad);
    ck_assert_int_eq(m->model->predict(m->self, m->theta, &m->batch, once), 0);
    ck_assert_int_eq(m->model->predict(m->self, m->theta, &m->batch, twice), 0);
    ck_assert_mem_eq(once, twice, n * sizeof *once);
    ck_assert(fabs(cross_entropy(m, once) - trained) > 1e-4);
    free(once);
    free(twice);
}

double test_model_train(test_model *m, uint32_t steps, double lr)
{
    for (uint32_t step = 0; step < steps; step++) {
        (void)test_model_loss(m, m->grad);
        for (uint32_t i = 0; i < m->layout->segment_count; i++) {
            const collet_segment *s = test_model_segment(m, i);
            for (uint64_t k = s->offset; k < s->offset + (uint64_t)s->rows * s->columns; k++) {
                bool buffer = (s->flags & COLLET_SEGMENT_BUFFER) != 0;
                m->theta[k] = buffer ? m->grad[k] : m->theta[k] - (float)lr * m->grad[k];
            }
        }
    }
    return test_model_loss(m, NULL);
}
