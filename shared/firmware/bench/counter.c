/* A plugin for QEMU (TCG plugin API version 1) that counts guest instructions exactly.
 *
 *   -plugin counter.so,marks=FILE,out=FILE[,blocks=FILE]
 *
 * marks   lines "address id", address in hexadecimal: where to note the count
 * out     lines "id count", one a visit of a marked address, count before the instruction at that address
 * blocks  lines "address instructions executions" of every translated block, for profiles
 *
 * Distributions do not package qemu-plugin.h, so what this file uses of the API is declared here.
 * An instruction that a condition skips counts, as it does with QEMU's -icount.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CB_NO_REGS = 0, INLINE_ADD_U64 = 0 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                                  void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *ptr, uint64_t imm);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned, void *),
                                                   int flags, void *userdata);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, void *), void *userdata);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

typedef struct {
    uint64_t address;
    long id;
} mark;

typedef struct {
    long id;
    uint64_t rest; /* instructions of the block from the mark on: counted already, not executed yet */
} visit;

typedef struct block {
    struct block *next;
    uint64_t address, instructions, executions;
} block;

static mark *marks;
static size_t mark_count;
static uint64_t count;
static block *block_list;
static FILE *out_file, *blocks_file;

static void on_visit(unsigned cpu, void *data)
{
    const visit *v = data;
    (void)cpu;
    fprintf(out_file, "%ld %" PRIu64 "\n", v->id, count - v->rest);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    const size_t n = qemu_plugin_tb_n_insns(tb);
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &count, n);
    if (blocks_file) {
        block *b = calloc(1, sizeof *b);
        if (!b)
            abort();
        *b = (block){block_list, qemu_plugin_tb_vaddr(tb), n, 0};
        block_list = b;
        qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &b->executions, 1);
    }
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const uint64_t address = qemu_plugin_insn_vaddr(insn);
        for (size_t m = 0; m < mark_count; m++)
            if (marks[m].address == address) {
                visit *v = malloc(sizeof *v);
                if (!v)
                    abort();
                *v = (visit){marks[m].id, n - i};
                qemu_plugin_register_vcpu_insn_exec_cb(insn, on_visit, CB_NO_REGS, v);
            }
    }
}

static void on_end(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    fclose(out_file);
    if (!blocks_file)
        return;
    for (const block *b = block_list; b; b = b->next)
        fprintf(blocks_file, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", b->address, b->instructions, b->executions);
    fclose(blocks_file);
}

static int read_marks(const char *path)
{
    FILE *file = fopen(path, "r");
    mark m;
    if (!file)
        return -1;
    while (fscanf(file, "%" SCNx64 " %ld", &m.address, &m.id) == 2) {
        mark *grown = realloc(marks, (mark_count + 1) * sizeof *marks);
        if (!grown)
            abort();
        marks = grown;
        marks[mark_count++] = m;
    }
    fclose(file);
    return 0;
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                                               char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "marks=", 6)) {
            if (read_marks(argv[i] + 6))
                return -1;
        } else if (!strncmp(argv[i], "out=", 4)) {
            out_file = fopen(argv[i] + 4, "w");
        } else if (!strncmp(argv[i], "blocks=", 7)) {
            blocks_file = fopen(argv[i] + 7, "w");
        }
    }
    if (!out_file)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
