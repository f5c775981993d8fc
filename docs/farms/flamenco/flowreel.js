// A Flamenco job type: one task for each job file. It belongs into the folder `scripts` beside the Manager, and
// {flowreel} is a variable of the Manager, the program's path on each platform.

const JOB_TYPE = {
    label: "flowreel clips",
    settings: [
        { key: "job_files", type: "string", required: true,
          description: "Job files as the workers see them, one a line" },
        { key: "output_dir", type: "string", subtype: "dir_path", required: true,
          description: "Folder of the results, shared by all workers" },
    ],
};

function compileJob(job) {
    const files = job.settings.job_files.split("\n").map(function (line) {
        return line.trim();
    }).filter(function (line) {
        return line !== "";
    });
    if (files.length === 0) {
        throw "job_files names no job file";
    }
    files.forEach(function (file) {
        job.addTask(renderTask(file, job.settings.output_dir));
    });
}

function renderTask(file, outputDir) {
    const task = author.Task("render-" + path.stem(file), "misc");
    task.addCommand(author.Command("exec", {
        exe: "{flowreel}",
        args: ["run", file, "--output-dir", outputDir, "--progress", "plain"],
    }));
    return task;
}
